use std::rc::Rc;
use whatsapp_notification::{Event, Text};
use whatsapp_router::EventRouter;

async fn on_text(_: Event<Text>) -> Result<(), std::io::Error> {
    let local = Rc::new(());
    std::future::ready(()).await;
    drop(local);
    Ok(())
}

fn main() {
    let _ = EventRouter::builder().on(on_text).build();
}
