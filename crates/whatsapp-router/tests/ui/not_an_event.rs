use whatsapp_notification::view::TextContent;
use whatsapp_router::EventRouter;

async fn on_text(_: TextContent<'static>) -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {
    let _ = EventRouter::builder().on(on_text).build();
}
