//! Whatever comes: no panic, a verdict for each event, and no more work than the body is long.

use proptest::prelude::*;
use testkit::seeds::{Draws, Seed};

use super::super::{MessageType, Trust};
use super::senders::BODIES;
use super::{lines, read_as};

proptest! {
    #[test]
    fn any_bytes_do_no_harm(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_as(Trust::Public, None, &body);
        let _ = read_as(Trust::Secret, Some(MessageType::Identify), &body);
    }

    #[test]
    fn any_signs_of_json_do_no_harm(
        body in r#"[\[\]{}",:\\ua0-9eE.truefalsn -]{0,200}"#,
        front in prop::sample::select(vec!["", "{\"batch\":[", "{\"properties\":{", "{\"a\":\""]),
    ) {
        let body = format!("{front}{body}");
        let _ = read_as(Trust::Public, None, body.as_bytes());
        let _ = read_as(Trust::Secret, Some(MessageType::Track), body.as_bytes());
    }

    #[test]
    fn every_event_gets_a_verdict_in_its_place(
        wrong in prop::collection::vec(any::<bool>(), 0..40),
    ) {
        let event = |(place, is_wrong): (usize, &bool)| match is_wrong {
            true => format!(r#"{{"type":"track","messageId":"{place}"}}"#),
            false => format!(
                r#"{{"type":"track","messageId":"{place}","userId":"u","event":"x"}}"#
            ),
        };
        let events: Vec<String> = wrong.iter().enumerate().map(event).collect();
        let body = format!(r#"{{"batch":[{}]}}"#, events.join(","));
        let batch = read_as(Trust::Secret, None, body.as_bytes()).unwrap();
        prop_assert_eq!(batch.events.len(), wrong.len());
        for (place, (verdict, is_wrong)) in batch.events.iter().zip(&wrong).enumerate() {
            prop_assert_eq!(verdict.is_err(), *is_wrong);
            let id = match verdict {
                Ok(message) => Some(message.told.event.message_id.clone()),
                Err(error) => error.message_id.clone(),
            };
            prop_assert_eq!(id, Some(place.to_string()));
        }
    }
}

/// What changed bodies are patched with.
const SIGNS: [&[u8]; 20] = [
    b"{", b"}", b"[", b"]", b"\"", b"\\", b"\\u", b"\\ud800", b",", b":", b"null", b"1e999", b"-",
    b"\xff", b"\0", b"\"\"", b"{}", b"[]", b"true", b"00",
];

#[test]
fn changed_bodies_of_real_senders_do_no_harm() {
    const ROUNDS: u64 = 1_500;
    let seed = Seed::from_env_or(20_261_122);
    let _guard = seed.guard();
    for (number, (name, kind, body)) in BODIES.iter().enumerate() {
        let mut draws = seed.child(name).nth(number as u64).draws();
        for _ in 0..ROUNDS {
            let mut changed = body.as_bytes().to_vec();
            for _ in 0..=draws.below(4) {
                let place = |draws: &mut Draws, bytes: &[u8]| {
                    usize::try_from(draws.below(bytes.len() as u64 + 1)).unwrap()
                };
                let (one, other) = (place(&mut draws, &changed), place(&mut draws, &changed));
                let (from, to) = (one.min(other), one.max(other));
                match draws.below(4) {
                    0 => drop(changed.drain(from..to.min(from + 8))),
                    1 => changed.truncate(to.max(1)),
                    2 => {
                        let copy = changed[from..to.min(from + 64)].to_vec();
                        changed.splice(from..from, copy);
                    }
                    _ => {
                        let sign = *draws.pick(&SIGNS);
                        changed.splice(from..from, sign.iter().copied());
                    }
                }
            }
            for (trust, kind) in [(Trust::Public, *kind), (Trust::Secret, None)] {
                let Ok(batch) = read_as(trust, kind, &changed) else {
                    continue;
                };
                for message in batch.events.iter().flatten() {
                    let mut event = message.told.event.clone();
                    event.message_id.insert(0, '-');
                    event.check().unwrap();
                }
            }
        }
    }
}

#[test]
fn depth_and_number_cost_no_more_than_their_length() {
    let check = |body: &str, expected: &str| {
        let got = lines(Trust::Public, Some(MessageType::Track), body);
        assert!(got.starts_with(expected), "{got}");
    };
    let deep = 2_000_000;
    check(&"[".repeat(deep), "not_json");
    check(&r#"{"a":"#.repeat(deep / 4), "not_json");
    check(
        &format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
        "not_an_object",
    );
    let nested = format!(
        r#"{{"userId":"u","p":{}{}}}"#,
        "[".repeat(deep),
        "]".repeat(deep)
    );
    check(&nested, "refused - event_too_large");
    let batch = format!(r#"{{"batch":[{nested}]}}"#);
    let got = lines(Trust::Public, None, &batch);
    assert!(got.starts_with("refused - event_too_large"), "{got}");
    let keys: String = (0..1_000_000)
        .map(|number| format!("\"k{number}\":1,"))
        .collect();
    check(
        &format!(r#"{{{keys}"messageId":"m"}}"#),
        "refused m event_too_large",
    );
    let envelope = format!(r#"{{{keys}"batch":[]}}"#);
    assert_eq!(lines(Trust::Public, None, &envelope), "");
    let context = format!(r#"{{"context":{nested},"batch":[]}}"#);
    assert_eq!(lines(Trust::Public, None, &context), "");
    let digits = "9".repeat(30_000);
    check(
        &format!(
            r#"{{"userId":"u","event":"Order Completed","properties":
            {{"order_id":"o","total":{digits}}}}}"#
        ),
        "refused - field: total must be a plain decimal",
    );
    check(
        &format!(r#"{{"userId":"u","event":"x","properties":{{"a":{digits}}}}}"#),
        "x {} {NoMessageId, Unverified, NoTime, Cut}",
    );
    let escapes = r"\u0041".repeat(5_000);
    check(
        &format!(r#"{{"userId":"{escapes}","event":"x"}}"#),
        "refused - field: userId",
    );
    let levels = format!("{}1{}", r#"{"a":"#.repeat(198), "}".repeat(198));
    check(
        &format!(r#"{{"userId":"u","event":"x","properties":{levels}}}"#),
        "x {} ",
    );
}
