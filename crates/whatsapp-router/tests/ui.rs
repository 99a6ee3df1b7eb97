//! What the compiler says to the four usual mistakes. Its words differ between toolchains, so they
//! are compared only where `WHATSAPP_UI_TESTS` is set, which `.ci/run` does on its toolchain.

#[test]
fn wrong_handlers_get_a_readable_message() {
    if std::env::var_os("WHATSAPP_UI_TESTS").is_none() {
        eprintln!(
            "skipped: set WHATSAPP_UI_TESTS=1, on the toolchain that .ci/run names, to compare compiler messages"
        );
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
