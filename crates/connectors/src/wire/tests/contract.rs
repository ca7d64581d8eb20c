//! A table for each section of the contract.

use proptest::prelude::*;

use domain::events::Flag;

use super::super::{Message, MessageType, Times, Trust};
use super::{RECEIVED_AT, lines, moment, read_as, track};
use domain::customers::Identity;
use domain::time::Millis;

fn one(trust: Trust, kind: Option<MessageType>, body: &str) -> Message {
    let mut batch = read_as(trust, kind, body.as_bytes()).unwrap();
    assert_eq!(batch.events.len(), 1, "{body}");
    batch.events.remove(0).unwrap()
}

#[test]
fn the_address_names_the_type_by_its_word_or_first_letter() {
    let check = |part: &str, expected: Option<MessageType>| {
        assert_eq!(MessageType::of_address(part), expected, "{part}");
    };
    check("identify", Some(MessageType::Identify));
    check("i", Some(MessageType::Identify));
    check("t", Some(MessageType::Track));
    check("p", Some(MessageType::Page));
    check("s", Some(MessageType::Screen));
    check("g", Some(MessageType::Group));
    check("a", Some(MessageType::Alias));
    check("b", None);
    check("batch", None);
    check("tr", None);
    check("", None);
}

#[test]
fn bodies_in_which_no_events_can_be_found_are_refused_whole() {
    let check = |kind, body: &str, expected: &str| {
        let got = lines(Trust::Secret, kind, body);
        assert!(got.starts_with(expected), "{body}: {got}");
    };
    let single = Some(MessageType::Track);
    check(None, "", "not_json: the body is not JSON from byte 0 on");
    check(None, "{", "not_json");
    check(
        None,
        r#"{"batch":[{}]} x"#,
        "not_json: the body is not JSON from byte 15",
    );
    check(None, r#"{"batch":[{},]}"#, "not_json");
    check(None, r#"{"batch":[{} {}]}"#, "not_json");
    check(None, r#"{batch:[]}"#, "not_json");
    check(None, "[]", "not_an_object");
    check(single, "\"x\"", "not_an_object");
    check(None, "{}", "no_batch");
    check(None, r#"{"batch":null}"#, "no_batch");
    check(None, r#"{"batch":{}}"#, "no_batch");
    check(None, r#"{"batch":[]}"#, "");
    check(None, "\u{feff}{\"batch\":[]}", "");
    check(single, "{}", "refused - no_user_anon_id");
    check(single, r#"{"a" 1}"#, "refused - event_not_json");
    let many = |count: usize| format!(r#"{{"batch":[{}]}}"#, vec!["{}"; count].join(","));
    check(
        None,
        &many(2_501),
        "too_many_events: the batch has more than 2500 events",
    );
    let verdicts = lines(Trust::Secret, None, &many(2_500));
    assert_eq!(verdicts.lines().count(), 2_500);
}

#[test]
fn a_bad_event_is_refused_alone_under_its_message_id() {
    let good = r#"{"type":"track","event":"x","userId":"u","messageId":"good"}"#;
    let check = |bad: &[u8], expected: &str| {
        let mut body = format!(r#"{{"batch":[{good},"#).into_bytes();
        body.extend_from_slice(bad);
        body.extend_from_slice(format!(",{good}]}}").as_bytes());
        let batch = read_as(Trust::Secret, None, &body).unwrap();
        let [first, second, third] = &batch.events[..] else {
            panic!("{} events", batch.events.len());
        };
        assert!(first.is_ok() && third.is_ok());
        let error = second.as_ref().unwrap_err();
        let id = error.message_id.as_deref().unwrap_or("-");
        let got = format!("{id} {}: {error}", error.problem.code());
        assert!(got.starts_with(expected), "{expected}: {got}");
    };
    let large = format!(r#"{{"messageId":"l","p":"{}"}}"#, "x".repeat(32 * 1_024));
    check(
        large.as_bytes(),
        "l event_too_large: the event has more than 32768 bytes",
    );
    let deep = format!(
        r#"{{"messageId":"d","p":{}{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    check(
        deep.as_bytes(),
        "d event_too_deep: lists and objects lie more than 200",
    );
    let unpaired = br#"{"messageId":"h","p":"\ud83d"}"#;
    check(unpaired, "h lone_surrogate");
    check(br#"{"messageId":"h","\udc00":1}"#, "h lone_surrogate");
    check(
        br#"{"messageId":"h","p":"\ud83d\u0041"}"#,
        "h lone_surrogate",
    );
    check(b"{\"messageId\":\"u\",\"p\":\"\xff\"}", "u event_not_utf8");
    check(br#"{"messageId":"j","p":01}"#, "j event_not_json");
    check(br#"{"messageId":"j","p":nan}"#, "j event_not_json");
    check(b"{\"messageId\":\"j\",\"p\":\"\x01\"}", "j event_not_json");
    check(b"7", "- event_not_an_object");
    check(b"null", "- event_not_an_object");
    check(br#"{"messageId":"t","userId":"u"}"#, "t no_type");
    check(
        br#"{"messageId":"t","userId":"u","type":"charge"}"#,
        "t no_type",
    );
    check(br#"{"messageId":"t","userId":"u","type":7}"#, "t no_type");
    // A pair of surrogates is one character.
    let body = br#"{"batch":[{"type":"track","userId":"u","event":"\ud83d\ude00"}]}"#;
    let batch = read_as(Trust::Secret, None, body).unwrap();
    assert_eq!(
        batch.events[0].as_ref().unwrap().told.name.as_deref(),
        Some("😀")
    );
}

#[test]
fn required_fields_are_missed_by_the_names_that_senders_know() {
    let check = |body: &str, expected: &str| {
        let got = lines(Trust::Secret, None, &format!(r#"{{"batch":[{body}]}}"#));
        assert!(got.starts_with(expected), "{body}: {got}");
    };
    check(
        r#"{"type":"track","event":"x"}"#,
        "refused - no_user_anon_id: nobody is named",
    );
    check(
        r#"{"type":"track","event":"x","userId":null,"anonymousId":null}"#,
        "refused - no_user_anon_id",
    );
    check(
        r#"{"type":"track","event":"x","userId":" "}"#,
        "refused - no_user_anon_id",
    );
    for nobody in ["undefined", "null", "[object Object]", "NaN"] {
        let body = format!(r#"{{"type":"track","event":"x","userId":"{nobody}"}}"#);
        check(&body, "refused - no_user_anon_id");
    }
    check(
        r#"{"type":"track","userId":"u"}"#,
        "refused - no_event: event is missing",
    );
    check(
        r#"{"type":"track","userId":"u","event":null}"#,
        "refused - no_event",
    );
    check(r#"{"type":"group","userId":"u"}"#, "refused - no_group_id");
    check(
        r#"{"type":"alias","userId":"u"}"#,
        "refused - no_previous_id",
    );
    check(
        r#"{"type":"alias","anonymousId":"a","previousId":"p"}"#,
        "refused - no_user_id",
    );
    check(
        r#"{"type":"track","userId":"u","event":"Order Completed"}"#,
        "refused - no_order_id",
    );
    check(
        r#"{"type":"track","userId":{},"event":"x"}"#,
        "refused - field: userId must be",
    );
    check(
        r#"{"type":"Track","userId":7,"event":"x"}"#,
        "x {} {NoMessageId, NoTime}",
    );
    let long = "i".repeat(321);
    check(
        &format!(r#"{{"type":"track","userId":"{long}","event":"x"}}"#),
        "refused - field: userId must be an id of at most 320 bytes",
    );
}

#[test]
fn message_ids_are_opaque_texts_of_1_to_100_characters() {
    let check = |id: &str, expected: Option<&str>| {
        let body = format!(r#"{{"userId":"u","event":"x","messageId":{id}}}"#);
        let batch = read_as(Trust::Secret, Some(MessageType::Track), body.as_bytes()).unwrap();
        let got = batch.events[0].as_ref().ok();
        let got = got.map(|message| message.told.event.message_id.as_str());
        assert_eq!(got, expected, "{id}");
    };
    for id in [
        "node-next-1763805600000-1f3c",
        "ajs-next-1763805600000-1f3c",
        "2f9f6a1e-6a0f-4a6e-9d6f-0c6a3a8c2b11",
        "V1StGXR8Z5jdHi6BmyTV1",
        "سلام",
    ] {
        check(&format!("\"{id}\""), Some(id));
    }
    check("17", Some("17"));
    check("null", Some(""));
    check("\"\"", Some(""));
    let longest = "x".repeat(100);
    check(&format!("\"{longest}\""), Some(&longest));
    check(&format!("\"{longest}x\""), None);
    // As many characters, and more bytes than a key may have.
    check(&format!("\"{}\"", "فا".repeat(50)), Some(&"فا".repeat(50)));
    check(&format!("\"{}\"", "😀".repeat(51)), None);
    check("true", None);
    check("{}", None);
}

#[test]
fn clocks_are_corrected_by_the_time_of_sending() {
    let check = |times: &str, at: &str, flags: &[Flag]| {
        let body = format!(r#"{{"userId":"u","event":"x","messageId":"m"{times}}}"#);
        let message = one(Trust::Secret, Some(MessageType::Track), &body);
        assert_eq!(message.told.event.at, moment(at), "{times}");
        assert_eq!(message.times.at, message.told.event.at);
        let noted: Vec<Flag> = message
            .told
            .flags
            .into_iter()
            .filter(|flag| *flag != Flag::Unverified)
            .collect();
        assert_eq!(noted, flags, "{times}");
    };
    check("", RECEIVED_AT, &[Flag::NoTime]);
    check(
        r#","sentAt":"2026-11-22T10:00:00Z""#,
        RECEIVED_AT,
        &[Flag::NoTime],
    );
    check(
        r#","timestamp":null,"originalTimestamp":"""#,
        RECEIVED_AT,
        &[Flag::NoTime],
    );
    // Without `sentAt` a time is used as it is, however old.
    check(
        r#","timestamp":"2011-12-09T12:50:00Z""#,
        "2011-12-09T12:50:00Z",
        &[],
    );
    check(
        r#","originalTimestamp":"2026-11-22T09:59:50.123456+00:00""#,
        "2026-11-22T09:59:50.123Z",
        &[],
    );
    check(
        r#","timestamp":"2026-11-22 13:00""#,
        "2026-11-22T09:30:00Z",
        &[],
    );
    check(r#","timestamp":1795341600000"#, RECEIVED_AT, &[]);
    check(r#","timestamp":1795341600"#, RECEIVED_AT, &[]);
    // The sender's clock is a day ahead, the event is five seconds old.
    check(
        r#","timestamp":"2026-11-23T09:59:55Z","sentAt":"2026-11-23T10:00:00Z""#,
        "2026-11-22T09:59:55Z",
        &[],
    );
    // Thirty years off both ways.
    check(
        r#","timestamp":"1996-11-22T09:00:00Z","sentAt":"1996-11-22T09:00:01Z""#,
        "2026-11-22T09:59:59Z",
        &[],
    );
    check(
        r#","timestamp":"2056-11-22T09:00:00Z","sentAt":"2056-11-22T09:00:01Z""#,
        "2026-11-22T09:59:59Z",
        &[],
    );
    // `originalTimestamp` counts before `timestamp`.
    check(
        r#","timestamp":"2026-11-22T01:00:00Z","originalTimestamp":"2026-11-22T02:00:00Z""#,
        "2026-11-22T02:00:00Z",
        &[],
    );
    check(
        r#","timestamp":"2026-11-22T10:00:05Z","sentAt":"2026-11-22T10:00:00Z""#,
        RECEIVED_AT,
        &[Flag::SentBefore],
    );
    check(
        r#","timestamp":"2026-11-23T10:00:00Z""#,
        "2026-11-23T10:00:00Z",
        &[],
    );
    check(
        r#","timestamp":"2026-11-23T10:00:01Z""#,
        "2026-11-23T10:00:00Z",
        &[Flag::Future],
    );
    for unreadable in [
        "\"soon\"",
        "\"2026-02-30T00:00:00Z\"",
        "{}",
        "1e99",
        "-5",
        "true",
    ] {
        check(
            &format!(r#","timestamp":{unreadable}"#),
            RECEIVED_AT,
            &[Flag::NoTime, Flag::TimeUnreadable],
        );
    }
    check(
        r#","originalTimestamp":"soon","timestamp":"2026-11-22T09:00:00Z""#,
        "2026-11-22T09:00:00Z",
        &[Flag::TimeUnreadable],
    );
    check(
        r#","timestamp":"1970-01-01T00:00:01Z","sentAt":"2199-12-31T00:00:00Z""#,
        "1970-01-01T00:00:00Z",
        &[],
    );
}

proptest! {
    #[test]
    fn correcting_keeps_the_difference(
        original in 0..4_000_000_000_000_i64,
        waited in 0..10_000_000_000_i64,
        received in 1_000_000_000_000..4_000_000_000_000_i64,
    ) {
        let received = Millis(received);
        let sent = Millis(original + waited);
        let (times, _) = Times::correct(Some(Millis(original)), Some(sent), received);
        prop_assert_eq!(times.at.0, received.0 - (sent.0 - original));
        let (early, _) = Times::correct(Some(sent), Some(Millis(original - 1)), received);
        prop_assert_eq!(early.at, received);
        let (alone, _) = Times::correct(Some(sent), None, received);
        prop_assert_eq!(alone.at, sent.min(received.plus(Millis::DAY)));
        prop_assert_eq!((alone.original, alone.sent, alone.received), (Some(sent), None, received));
    }
}

#[test]
fn what_stands_at_the_batch_counts_for_each_event_unless_it_says_otherwise() {
    let body = r#"{
        "writeKey": "wk", "sentAt": "2026-11-22T10:00:10Z", "timestamp": "1999-01-01T00:00:00Z",
        "integrations": {"All": false}, "_metadata": {}, "channel": "x", "version": 2,
        "context": {"locale": "fa-IR", "page": {"url": "https://shop.example/a", "title": "A"}},
        "batch": [
            {"type":"track","event":"x","userId":"u","messageId":"1",
             "timestamp":"2026-11-22T10:00:00Z"},
            {"type":"track","event":"x","userId":"u","messageId":"2",
             "timestamp":"2026-11-22T10:00:00Z","sentAt":"2026-11-22T10:00:20Z",
             "context":{"locale":null,"page":{"url":"https://shop.example/b"}}}
        ]}"#;
    let batch = read_as(Trust::Secret, None, body.as_bytes()).unwrap();
    assert_eq!(batch.write_key.as_deref(), Some("wk"));
    let [first, second] = [0, 1].map(|place| batch.events[place].as_ref().unwrap());
    assert_eq!(first.told.event.at, moment("2026-11-22T09:59:50Z"));
    assert_eq!(second.told.event.at, moment("2026-11-22T09:59:40Z"));
    assert_eq!(first.told.context.locale.as_deref(), Some("fa-IR"));
    assert_eq!(second.told.context.locale.as_deref(), Some("fa-IR"));
    assert_eq!(first.told.context.page.title.as_deref(), Some("A"));
    // Pages are not mixed of two.
    assert_eq!(second.told.context.page.title, None);
    let url = second.told.context.page.url.as_deref();
    assert_eq!(url, Some("https://shop.example/b"));
}

#[test]
fn a_public_key_makes_no_claim_true() {
    let body = r#"{"userId":"u","anonymousId":"a","messageId":"m","traits":
        {"email":"Sara@Example.com","phone":"+98 912 345","referred_by":"user_id:friend"}}"#;
    let names = |trust| {
        let message = one(trust, Some(MessageType::Identify), body);
        let names: Vec<String> = message
            .told
            .event
            .identities
            .iter()
            .map(Identity::hashed_text)
            .collect();
        let referred = message.told.event.personal.contains_key("referred_by");
        let is_claim = message.told.flags.contains(&Flag::Unverified);
        (names.join(" "), referred, is_claim)
    };
    let all = "user_id:u email:sara@example.com phone:+98912345 anonymous_id:a";
    assert_eq!(names(Trust::Secret), (all.to_owned(), true, false));
    let claimed = "user_id:u anonymous_id:a".to_owned();
    assert_eq!(names(Trust::Public), (claimed, false, true));
}

#[test]
fn events_are_known_by_every_name_they_have() {
    let check = |names: &[&str], properties: &str, expected: &str| {
        for name in names {
            let got = track(name, properties);
            assert!(got.starts_with(expected), "{name}: {got}");
        }
    };
    check(
        &[
            "Product Viewed",
            "Viewed Product",
            "product_viewed",
            "PRODUCT-VIEWED",
        ],
        r#"{"product_id":"p1"}"#,
        r#"Product Viewed {"product":"p1"}"#,
    );
    check(
        &["Product Viewed"],
        r#"{"productId":7}"#,
        r#"Product Viewed {"product":"7"}"#,
    );
    check(
        &["Product Viewed"],
        r#"{"id":"p","sku":"s"}"#,
        r#"Product Viewed {"product":"p"}"#,
    );
    check(&["Product Viewed"], "{}", "Product Viewed (told) {}");
    check(
        &["Product Added", "added product"],
        r#"{"sku":"s","quantity":"2"}"#,
        r#"Product Added {"product":"s","quantity":2} {}"#,
    );
    check(
        &["Product Added"],
        r#"{"sku":"s","quantity":0.5}"#,
        r#"Product Added {"product":"s","quantity":1} {PartQuantity}"#,
    );
    check(
        &["Checkout Started", "Started Order"],
        "{}",
        "Checkout Started {}",
    );
    check(
        &["Viewed Product Category", "ProductListViewed"],
        "{}",
        "Product List Viewed {}",
    );
    check(&["Searched Products"], "{}", "Products Searched {}");
    check(
        &["Wishlist Product Added to Cart"],
        "{}",
        "Wishlist Product Added to Cart {}",
    );
    check(
        &["Looked Out of the Window"],
        "{}",
        "Looked Out of the Window {}",
    );
    check(
        &["Order Delivered"],
        r#"{"orderId":"o","promised_at":"2026-11-20T00:00:00Z","carrier":"post"}"#,
        r#"Order Delivered {"order_id":"o","promised_at":1795132800000,"carrier":"post"} {}"#,
    );
    check(
        &["Complaint Made"],
        r#"{"topic":"delivery"}"#,
        r#"Complaint Made {"topic":"delivery"}"#,
    );
    check(
        &["Product Reviewed", "Review Written"],
        r#"{"product_id":"p","review_id":"r","rating":"4","review_body":"Good"}"#,
        r#"Review Written {"review_id":"r","product":"p","rating":4} {}"#,
    );
    check(
        &["Product Reviewed"],
        r#"{"rating":9}"#,
        "Product Reviewed {}",
    );
    check(
        &["Consent Changed"],
        r#"{"purpose":"third-party","granted":false}"#,
        r#"Consent Changed {"purpose":"third_party","granted":false}"#,
    );
    check(
        &["Consent Revoked"],
        r#"{"purpose":"Personalization","granted":true}"#,
        r#"Consent Changed {"purpose":"personalisation","granted":false,"revoked":true}"#,
    );
    check(
        &["Consent Changed"],
        r#"{"purpose":"marketing","granted":true,"source":"till","version":"4","region":"at"}"#,
        r#"Consent Changed {"purpose":"marketing","granted":true,"source":"till","text":"4","reg"#,
    );
    check(
        &["Consent Changed"],
        r#"{"purpose":"x"}"#,
        "refused m field: purpose must be",
    );
    check(
        &["Consent Changed"],
        r#"{"purpose":"marketing"}"#,
        "refused m field: granted",
    );
    // A sender cannot speak in the name of the log.
    for name in [
        "Standing Changed",
        "Customer Identified",
        "Points Adjusted",
        "Page Viewed",
    ] {
        check(&[name], "{}", &format!("{name} (told) {{}}"));
    }
}

#[test]
fn what_no_behaviour_holds_is_kept_as_personal_text() {
    let properties = r#"{"a":1.10,"b":"x","c":null,"d":true,"e":{"f":{"g":1},"h":"i"},"l":[1, 2],
        "referred_by":"user_id:friend"}"#;
    let body = format!(r#"{{"userId":"u","event":"x","properties":{properties}}}"#);
    let message = one(Trust::Public, Some(MessageType::Track), &body);
    let got: Vec<String> = message
        .told
        .event
        .personal
        .iter()
        .map(|(name, text)| format!("{name}={text}"))
        .collect();
    let expected = [
        "a=1.10",
        "b=x",
        "claimed_referred_by=user_id:friend",
        "d=true",
        r#"e.f={"g":1}"#,
        "e.h=i",
        "l=[1, 2]",
    ];
    assert_eq!(got, expected);
    let many: Vec<String> = (0..1_000)
        .map(|number| format!(r#""p{number}":1"#))
        .collect();
    let body = format!(
        r#"{{"userId":"u","event":"x","properties":{{{},"t":"{}"}}}}"#,
        many[..150].join(","),
        "é".repeat(2_000),
    );
    let message = one(Trust::Public, Some(MessageType::Track), &body);
    assert_eq!(message.told.event.personal["t"].len(), 2_000);
    assert!(message.told.flags.contains(&Flag::Cut));
    let body = format!(
        r#"{{"userId":"u","event":"x","properties":{{{}}}}}"#,
        many.join(",")
    );
    let message = one(Trust::Public, Some(MessageType::Track), &body);
    assert_eq!(
        message.told.event.personal.len(),
        super::super::PERSONAL_MAX
    );
    assert!(message.told.flags.contains(&Flag::Cut));
}

#[test]
fn the_channel_is_told_by_whoever_may_and_else_by_the_program() {
    let check = |trust, kind, around: &str, expected: &str| {
        let body = format!(r#"{{"userId":"u","event":"x"{around}}}"#);
        let message = one(trust, Some(kind), &body);
        assert_eq!(message.told.event.channel.word(), expected, "{around}");
    };
    let track = MessageType::Track;
    check(Trust::Secret, track, "", "web");
    check(Trust::Secret, track, r#","channel":"store""#, "store");
    check(Trust::Public, track, r#","channel":"store""#, "web");
    check(
        Trust::Secret,
        track,
        r#","context":{"channel":"call"}"#,
        "call",
    );
    check(Trust::Public, track, r#","channel":"mobile""#, "app");
    check(Trust::Public, track, r#","channel":"server""#, "web");
    let library = r#","context":{"library":{"name":"analytics-ios"}}"#;
    check(Trust::Public, track, library, "app");
    check(Trust::Public, MessageType::Screen, "", "app");
    check(Trust::Public, MessageType::Page, "", "web");
}

#[test]
fn the_context_is_kept_as_sent_and_bounded() {
    let long = "x".repeat(3_000);
    let body = format!(
        r#"{{"userId":"u","event":"x","context":{{"ip":"203.0.113.7","direct":true,
            "userAgent":"{long}","locale":"fa\u0000-IR","timezone":7,"groupId":"g",
            "referrer":{{"url":"https://search.example/"}},"page":"none","campaign":null,
            "screen":{{"width":"390","height":844.5}},
            "consent":{{"categoryPreferences":{{"a":true,"b":false,"c":"yes","d":null}}}}}}}}"#
    );
    let context = one(Trust::Public, Some(MessageType::Track), &body)
        .told
        .context;
    assert_eq!(context.ip.as_deref(), Some("203.0.113.7"));
    assert!(context.is_direct);
    assert_eq!(context.user_agent.map(|text| text.len()), Some(2_000));
    assert_eq!(context.locale.as_deref(), Some("fa-IR"));
    assert_eq!(context.timezone.as_deref(), Some("7"));
    assert_eq!(context.group_id.as_deref(), Some("g"));
    let referrer = context.page.referrer.as_deref();
    assert_eq!(referrer, Some("https://search.example/"));
    assert_eq!(context.screen, Some((390, 844)));
    let consent: Vec<_> = context.consent.into_iter().collect();
    assert_eq!(consent, [("a".to_owned(), true), ("b".to_owned(), false)]);
}

#[test]
fn what_the_shop_declares_is_kept_in_the_clear() {
    let check = |properties: &str, behaviour: &str, personal: &str| {
        let body = format!(
            r#"{{"userId":"u","messageId":"m","event":"Taste Quiz Finished",
                "properties":{properties}}}"#
        );
        let told = one(Trust::Public, Some(MessageType::Track), &body).told;
        let got = &told.event.behaviour;
        assert_eq!(format!("{} {}", got.name(), got.body()), behaviour);
        assert_eq!(
            format!("{:?}", told.event.personal),
            personal,
            "{properties}"
        );
    };
    check(
        r#"{"score": 7, "roast": "dark", "nickname": "Sam", "mood": "good"}"#,
        r#"Taste Quiz Finished {"roast":"dark","score":7}"#,
        r#"{"mood": "good", "nickname": "Sam"}"#,
    );
    // What is not what was declared is kept as it came.
    check(
        r#"{"score": "high", "roast": ""}"#,
        "Taste Quiz Finished {}",
        r#"{"score": "high"}"#,
    );
}
