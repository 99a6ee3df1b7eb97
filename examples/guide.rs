//! The guide, `docs/guide`: here so that its code is compiled and run, and its pages stand beside the
//! API.

macro_rules! pages {
    ($($page:ident $file:literal)*) => {
        $(#[doc = include_str!(concat!("../docs/guide/", $file))] pub mod $page {})*
    };
}

pages! {
    quick_start "quick-start.md"
    security "security.md"
    retries "retries.md"
    restarts "restarts.md"
    testing "testing.md"
    on_premises "on-premises.md"
}
