//! The test kit's samples against the catalog: every kind can be had, and is what it says.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use std::collections::{BTreeMap, BTreeSet};
use whatsapp_notification::{Form, Kind, Notification};
use whatsapp_testkit::{Api, Samples};

#[test]
fn there_is_a_sample_of_every_kind_of_the_catalog_and_of_no_other() {
    let catalog: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let samples: BTreeSet<_> = Samples::kinds().collect();
    assert_eq!(samples, catalog);
}

#[test]
fn a_sample_of_a_kind_is_one_event_of_that_kind() {
    let mut samples = Samples::new(3);
    for kind in Kind::ALL {
        let sample = samples.of(kind.name()).unwrap();
        assert_eq!(sample.events, BTreeMap::from([(kind.name(), 1)]));
        let Ok(notification) = Notification::parse(sample.body.clone()) else {
            assert_eq!(*kind, Kind::Unparseable);
            continue;
        };
        let found: Vec<_> = notification.events().map(|event| event.kind()).collect();
        assert_eq!(found, [*kind]);
        let form = if sample.api == Api::Cloud { Form::Cloud } else { Form::OnPremises };
        assert_eq!(notification.form(), form, "{kind}");
    }
}

#[test]
fn samples_of_documented_payloads_hold_nothing_that_no_field_holds() {
    for sample in Samples::new(4).every_kind() {
        let notification = Notification::parse(sample.body).unwrap();
        for event in notification.events() {
            let made_up =
                matches!(event.kind(), Kind::Unknown | Kind::Malformed | Kind::OtherMessage);
            if event.kind().is_typed() && !made_up {
                let untyped = event.untyped();
                assert!(untyped.is_empty(), "{}: {untyped:?}", event.kind());
            }
        }
    }
}
