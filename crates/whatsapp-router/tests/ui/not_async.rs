use whatsapp_notification::{Event, Text};
use whatsapp_router::EventRouter;

fn on_text(_: Event<Text>) -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {
    let _ = EventRouter::builder().on(on_text).build();
}
