use whatsapp_notification::{Event, Text};
use whatsapp_router::EventRouter;

async fn on_text(_: Event<Text>) {}

fn main() {
    let _ = EventRouter::builder().on(on_text).build();
}
