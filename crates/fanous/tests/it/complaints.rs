//! What users of other programs complained of, each named after its thread: here it holds.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::Engine;
use testkit::engines::both;
use testkit::rows;

use crate::house::{Answer, House};

/// A message of this type at a minute of the first day.
fn call(kind: &str, id: &str, minute: u32, more: Value) -> Value {
    let mut call = json!({
        "type": kind, "messageId": id,
        "timestamp": format!("2025-01-01T00:{minute:02}:00Z"),
    });
    let members = more.as_object().expect("an object").clone();
    call.as_object_mut().expect("an object").extend(members);
    call
}

fn post(house: &House, key: &str, headers: &[(&str, &str)], calls: &[Value]) -> Answer {
    let body = json!({"writeKey": key, "batch": calls}).to_string();
    house.send("POST", "/v1/batch?verbose=1", headers, &body)
}

/// Sends what must be taken, each call in a request of its own.
fn tell(house: &House, key: &str, calls: &[Value]) {
    for call in calls {
        let answer = post(house, key, &[], std::slice::from_ref(call));
        let said = answer.json();
        assert_eq!(
            (answer.status, &said["rejected"]),
            (200, &json!([])),
            "{call}: {said}"
        );
    }
}

/// The code with which a call was turned away.
fn refused(house: &House, key: &str, call: &Value) -> String {
    let answer = post(house, key, &[], std::slice::from_ref(call));
    let said = answer.json();
    said["rejected"][0]["code"]
        .as_str()
        .unwrap_or("taken")
        .to_owned()
}

fn customer(house: &House, name: &str) -> Value {
    house.get(&format!("/v1/customers/{name}"))
}

/// The messages of a customer.
fn messages(house: &House, name: &str) -> BTreeSet<String> {
    let customer = customer(house, name);
    let id = customer["customer"].as_str().expect("an id");
    let events = house.get(&format!("/v1/events?customer={id}"));
    let events = events["events"].as_array().expect("events").iter();
    events
        .filter_map(|it| it["message_id"].as_str().map(str::to_owned))
        .collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn view(id: &str, minute: u32, who: Value) -> Value {
    let mut call = call("page", id, minute, who);
    call["properties"] = json!({"path": "/coffee"});
    call
}

fn order(id: &str, minute: u32, user: &str, order_id: &str) -> Value {
    let properties = json!({"order_id": order_id, "total": "24.00", "currency": "EUR"});
    let more = json!({"userId": user, "event": "Order Completed", "properties": properties});
    call("track", id, minute, more)
}

fn alias(id: &str, minute: u32, previous: &str, user: &str) -> Value {
    let more = json!({"previousId": previous, "userId": user});
    call("alias", id, minute, more)
}

fn identify(id: &str, minute: u32, user: &str, browser: &str) -> Value {
    let more = json!({"userId": user, "anonymousId": browser});
    call("identify", id, minute, more)
}

#[test]
fn mautic_16425_the_known_profile_survives() {
    both(|engine| {
        // Whichever call joins them, and whichever way round the names are given.
        let check = |joined: &dyn Fn(&str) -> Value| {
            let house = House::empty(engine);
            tell(&house, &house.secret_key, &[order("m-1", 1, "u-1", "o-1")]);
            let known = customer(&house, "user_id:u-1")["customer"].clone();
            tell(
                &house,
                &house.write_key,
                &[view("m-2", 2, json!({"anonymousId": "a-1"}))],
            );
            tell(&house, &house.write_key, &[joined("m-3")]);
            house.fixture.settle();
            for name in ["user_id:u-1", "anonymous_id:a-1"] {
                assert_eq!(customer(&house, name)["customer"], known, "{name}");
            }
            assert_eq!(messages(&house, "user_id:u-1"), set(&["m-1", "m-2", "m-3"]));
        };
        check(&|id| identify(id, 3, "u-1", "a-1"));
        check(&|id| alias(id, 3, "a-1", "u-1"));
        check(&|id| alias(id, 3, "u-1", "a-1"));
    });
}

#[test]
fn mautic_11527_and_12691_what_was_browsed_before_the_login_is_theirs() {
    both(|engine| {
        let house = House::empty(engine);
        let calls = [
            view("m-1", 1, json!({"anonymousId": "a-1"})),
            view("m-2", 2, json!({"anonymousId": "a-1"})),
            identify("m-3", 3, "u-1", "a-1"),
            view("m-4", 4, json!({"anonymousId": "a-1"})),
        ];
        tell(&house, &house.write_key, &calls);
        assert_eq!(
            messages(&house, "user_id:u-1"),
            set(&["m-1", "m-2", "m-3", "m-4"])
        );
    });
}

#[test]
fn tracardi_892_and_474_traits_survive_a_merge_as_they_were() {
    both(|engine| {
        let house = House::empty(engine);
        let named = |id: &str, user: &str, traits: Value| {
            call("identify", id, 1, json!({"userId": user, "traits": traits}))
        };
        let calls = [
            named("m-1", "u-1", json!({"name": "Sara", "colour": "blue"})),
            named(
                "m-2",
                "u-2",
                json!({"name": "Sarah", "size": "M", "colour": "red"}),
            ),
            alias("m-3", 3, "u-2", "u-1"),
        ];
        tell(&house, &house.secret_key, &calls);
        let traits = customer(&house, "user_id:u-2")["traits"].clone();
        assert_eq!(
            traits,
            json!({"name": "Sara", "colour": "blue", "size": "M"})
        );
    });
}

#[test]
fn tracardi_784_and_unomi_193_232_593_events_of_both_sides_show_on_the_one_who_stays() {
    both(|engine| {
        let house = House::empty(engine);
        let calls = [
            order("m-1", 1, "u-1", "o-1"),
            order("m-2", 2, "u-2", "o-2"),
            alias("m-3", 3, "u-2", "u-1"),
            order("m-4", 4, "u-2", "o-3"),
        ];
        tell(&house, &house.secret_key, &calls);
        house.fixture.settle();
        assert_eq!(
            messages(&house, "user_id:u-1"),
            set(&["m-1", "m-2", "m-3", "m-4"])
        );
        assert_eq!(customer(&house, "user_id:u-1")["metrics"]["orders"], 3);
    });
}

#[test]
fn tracardi_850_and_unomi_370_nothing_is_counted_twice() {
    both(|engine| {
        let house = House::empty(engine);
        let calls = [
            view("m-1", 1, json!({"anonymousId": "a-1"})),
            order("m-2", 2, "u-1", "o-1"),
            alias("m-3", 3, "a-1", "u-1"),
            // Told again, and the order under another message id.
            alias("m-3", 3, "a-1", "u-1"),
            order("m-4", 2, "u-1", "o-1"),
            alias("m-5", 5, "a-1", "u-1"),
        ];
        tell(&house, &house.secret_key, &calls);
        house.fixture.settle();
        let known = customer(&house, "user_id:u-1");
        assert_eq!(known["metrics"]["orders"], 1);
        assert_eq!(known["merges"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            messages(&house, "user_id:u-1"),
            set(&["m-1", "m-2", "m-3", "m-5"])
        );
    });
}

#[test]
fn tracardi_638_a_profile_is_the_same_in_the_next_month() {
    both(|engine| {
        let house = House::empty(engine);
        tell(
            &house,
            &house.write_key,
            &[view("m-1", 1, json!({"anonymousId": "a-1"}))],
        );
        let before = customer(&house, "anonymous_id:a-1")["customer"].clone();
        house.fixture.clock().advance(40 * 86_400_000);
        let mut later = view("m-2", 2, json!({"anonymousId": "a-1"}));
        later["timestamp"] = json!("2025-02-09T00:00:00Z");
        tell(&house, &house.write_key, &[later]);
        assert_eq!(customer(&house, "anonymous_id:a-1")["customer"], before);
        assert_eq!(messages(&house, "anonymous_id:a-1"), set(&["m-1", "m-2"]));
    });
}

#[test]
fn tracardi_875_two_merges_of_one_request_are_both_done() {
    both(|engine| {
        let house = House::empty(engine);
        let calls = [
            view("m-1", 1, json!({"anonymousId": "a-1"})),
            view("m-2", 2, json!({"anonymousId": "a-2"})),
            alias("m-3", 3, "a-1", "u-1"),
            alias("m-4", 4, "a-2", "u-1"),
        ];
        let answer = post(&house, &house.write_key, &[], &calls);
        assert_eq!(answer.json()["accepted"], 4, "{}", answer.text);
        let known = customer(&house, "user_id:u-1")["customer"].clone();
        for name in ["anonymous_id:a-1", "anonymous_id:a-2"] {
            assert_eq!(customer(&house, name)["customer"], known, "{name}");
        }
    });
}

#[test]
fn rybbit_1098_a_shared_computer_goes_over_each_time() {
    both(|engine| {
        let check = |says: &dyn Fn(&str, u32, &str) -> Value, in_one_request: bool| {
            let house = House::empty(engine);
            let seen = |id: &str, minute| view(id, minute, json!({"anonymousId": "a-1"}));
            let calls = [
                seen("m-1", 1),
                says("m-2", 2, "anna"),
                seen("m-3", 3),
                says("m-4", 4, "bob"),
                seen("m-5", 5),
                says("m-6", 6, "anna"),
                seen("m-7", 7),
                says("m-8", 8, "bob"),
                seen("m-9", 9),
            ];
            if in_one_request {
                // The first page lies before: nobody was known in the browser then.
                tell(&house, &house.write_key, &calls[..2]);
                let answer = post(&house, &house.write_key, &[], &calls[2..]);
                assert_eq!(answer.json()["accepted"], 7, "{}", answer.text);
            } else {
                tell(&house, &house.write_key, &calls);
            }
            house.fixture.settle();
            let (anna, bob) = ("user_id:anna", "user_id:bob");
            let of_anna = set(&["m-1", "m-2", "m-3", "m-6", "m-7"]);
            assert_eq!(messages(&house, anna), of_anna);
            assert_eq!(messages(&house, bob), set(&["m-4", "m-5", "m-8", "m-9"]));
            let (anna, bob) = (customer(&house, anna), customer(&house, bob));
            assert_ne!(anna["customer"], bob["customer"]);
            assert_eq!(bob["merges"], json!([]));
            let browser = |of: &Value| {
                let names = of["identities"].as_array().expect("names").clone();
                let found = names
                    .into_iter()
                    .find(|it| it["namespace"] == "anonymous_id");
                found.expect("the browser")["until"].is_string()
            };
            assert!(browser(&anna) && !browser(&bob), "{anna} {bob}");
            // What was joined can be taken back, and whoever goes takes nothing of the other.
            let merge = anna["merges"][0]["merge"].as_str().expect("a merge");
            let undone = house.api("DELETE", &format!("/v1/merges/{merge}"), &Value::Null);
            assert_eq!(undone.status, 200, "{}", undone.text);
            assert!(!messages(&house, "user_id:anna").contains("m-1"));
            let bob = bob["customer"].as_str().expect("an id");
            house.fixture.erase(bob.parse().expect("an id"));
            assert!(messages(&house, "user_id:anna").contains("m-7"));
        };
        let says = |id: &str, minute, user: &str| identify(id, minute, user, "a-1");
        check(&says, false);
        check(&says, true);
        check(&|id, minute, user| alias(id, minute, "a-1", user), false);
    });
}

#[test]
fn posthog_14093_and_44062_known_customers_are_merged_on_purpose_and_separated_again() {
    both(|engine| {
        let house = House::empty(engine);
        let orders = [order("m-1", 1, "u-1", "o-1"), order("m-2", 2, "u-2", "o-2")];
        tell(&house, &house.secret_key, &orders);
        let code = refused(&house, &house.write_key, &alias("m-3", 3, "u-2", "u-1"));
        assert_eq!(code, "merge_not_permitted");
        let names = ["user_id:u-1", "user_id:u-2"];
        let [one, two] = names.map(|name| customer(&house, name)["customer"].clone());
        assert_ne!(one, two);
        tell(&house, &house.secret_key, &[alias("m-4", 4, "u-2", "u-1")]);
        let merged = customer(&house, names[1]);
        assert_eq!(merged["customer"], one);
        let merge = merged["merges"][0]["merge"].as_str().expect("a merge");
        house.api("DELETE", &format!("/v1/merges/{merge}"), &Value::Null);
        let apart = names.map(|name| customer(&house, name)["customer"].clone());
        assert_eq!(apart, [one, two]);
    });
}

#[test]
fn posthog_11873_14625_and_16029_identify_and_alias_protect_alike() {
    both(|engine| {
        let house = House::empty(engine);
        let calls = [
            identify("m-1", 1, "u-1", "a-1"),
            identify("m-2", 2, "u-2", "a-2"),
        ];
        tell(&house, &house.write_key, &calls);
        // A public key makes no two known customers one, in no order of the names.
        for (id, previous, user) in [("m-3", "u-1", "u-2"), ("m-4", "u-2", "u-1")] {
            let code = refused(&house, &house.write_key, &alias(id, 3, previous, user));
            assert_eq!(code, "merge_not_permitted");
        }
        // Neither does identify: another person's browser goes over, its person does not.
        tell(
            &house,
            &house.write_key,
            &[identify("m-5", 5, "u-1", "a-2")],
        );
        let names = ["user_id:u-1", "user_id:u-2"];
        let [one, two] = names.map(|name| customer(&house, name)["customer"].clone());
        assert_ne!(one, two);
        // A key that may tell events and no more merges nobody either.
        let scopes = domain::trust::Permissions::NONE.with(domain::trust::Permission::SendEvents);
        let new = app::trust::NewKey {
            scopes,
            ..app::trust::NewKey::whole(app::settings::KeyKind::Secret, "events")
        };
        let machine = app::trust::Origin::machine();
        let acting = house.fixture.app().acting(app::trust::Who::System, machine);
        let (_, key) = acting.key_make(&new).expect("a key");
        let code = refused(&house, key.reveal(), &alias("m-6", 6, "u-1", "u-2"));
        assert_eq!(code, "merge_not_permitted");
        // An address that the shop tells leads to the same customer.
        let more = json!({"userId": "u-1", "traits": {"email": "sara@shop.example"}});
        tell(
            &house,
            &house.secret_key,
            &[call("identify", "m-7", 7, more)],
        );
        assert_eq!(customer(&house, "email:sara@shop.example")["customer"], one);
    });
}

fn policy(house: &House, elsewhere: &str, gpc: &str) {
    let policy = json!({"countries": {"DE": "opt_in"}, "elsewhere": elsewhere,
        "gpc": gpc, "dnt": "count"});
    let answer = house.api("PUT", "/v1/consent-policy", &policy);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(house.get("/v1/consent-policy"), policy);
}

#[test]
fn unomi_564_what_is_not_to_be_stored_is_not_stored() {
    both(|engine| {
        let house = House::empty(engine);
        policy(&house, "off", "count");
        let seen = view(
            "m-1",
            1,
            json!({"userId": "u-secret", "anonymousId": "a-secret"}),
        );
        assert_eq!(refused(&house, &house.write_key, &seen), "region_off");
        assert_eq!(
            refused(&house, &house.write_key, &seen),
            "taken",
            "and counted once"
        );
        house.fixture.settle();
        let names = ["u-secret", "a-secret"].map(|id| format!("user_id:{id}"));
        for name in names {
            let answer = house.api("GET", &format!("/v1/customers/{name}"), &Value::Null);
            assert_eq!(answer.status, 404);
        }
        let text = "SELECT metric, dimension, CAST(SUM(value) AS BIGINT) AS n FROM rollups
                     WHERE metric LIKE 'uncollected%' GROUP BY metric, dimension
                     ORDER BY metric, dimension";
        let counted = rows::query(house.fixture.store(), text, &[]);
        let counted: Vec<(String, i64)> = counted
            .iter()
            .map(|row| {
                let word = row.text("dimension").expect("a word").to_owned();
                (word, row.int("n").expect("a number"))
            })
            .collect();
        assert_eq!(
            counted,
            [("region_off".to_owned(), 1), ("web".to_owned(), 1)]
        );
        // What was bought is taken all the same.
        tell(&house, &house.write_key, &[order("m-2", 2, "u-1", "o-1")]);
    });
}

#[test]
fn posthog_token_validation_a_mistyped_key_is_refused() {
    let house = House::empty(Engine::Sqlite);
    let answer = post(
        &house,
        "write_mistyped",
        &[],
        &[order("m-1", 1, "u-1", "o-1")],
    );
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["error"]["code"], "unknown_key");
}

#[test]
fn posthog_js_4694_umami_4241_shynet_218_and_matomo_18264_privacy_control_is_honoured() {
    both(|engine| {
        let house = House::empty(engine);
        let codes = |id: &str, header: (&str, &str), more: Value| {
            let mut seen = view(id, 1, json!({"userId": "u-1", "anonymousId": "a-1"}));
            seen["context"] = more;
            let said = post(&house, &house.write_key, &[header], &[seen]).json();
            said["rejected"][0]["code"]
                .as_str()
                .unwrap_or("taken")
                .to_owned()
        };
        let nothing = || json!({});
        let agreed = || json!({"consent": {"categoryPreferences": {"analytics": true}}});
        assert_eq!(codes("m-1", ("Sec-GPC", "1"), nothing()), "privacy_signal");
        assert_eq!(codes("m-2", ("DNT", "1"), nothing()), "privacy_signal");
        assert_eq!(codes("m-3", ("Sec-GPC", "1"), agreed()), "privacy_signal");
        assert_eq!(codes("m-4", ("DNT", "0"), nothing()), "taken");
        let known = customer(&house, "user_id:u-1");
        assert_eq!(known["consents"], json!([]));
        // What was bought counts, and is handed to nobody else.
        let bought = order("m-5", 5, "u-1", "o-1");
        let answer = post(&house, &house.write_key, &[("Sec-GPC", "1")], &[bought]);
        assert_eq!(answer.json()["accepted"], 1);
        let known = customer(&house, "user_id:u-1");
        let said = &known["consents"][0];
        assert_eq!(
            (&said["purpose"], &said["status"], &said["text_version"]),
            (&json!("third_party"), &json!("denied"), &json!("Sec-GPC"))
        );
        // The shop may choose to keep that they were here, and nothing else.
        policy(&house, "opt_out", "without_profile");
        let more = json!({"campaign": {"source": "secret-source"}});
        assert_eq!(codes("m-6", ("Sec-GPC", "1"), more), "taken");
        let id = known["customer"].as_str().expect("an id");
        let events = house.get(&format!("/v1/events?customer={id}"));
        let events = events["events"].as_array().expect("events");
        let bare = events.iter().find(|it| it["message_id"] == "m-6");
        let bare = bare.expect("it is there").to_string();
        assert!(
            bare.contains("without_profile") && !bare.contains("secret-source"),
            "{bare}"
        );
        assert!(!bare.contains("/coffee"), "{bare}");
    });
}

#[test]
fn segment_docs_5924_message_ids_of_any_length_have_an_answer() {
    let house = House::empty(Engine::Sqlite);
    let check = |length: usize, expected: &str| {
        let seen = view(&"x".repeat(length), 1, json!({"anonymousId": "a-1"}));
        assert_eq!(
            refused(&house, &house.write_key, &seen),
            expected,
            "{length}"
        );
    };
    check(1, "taken");
    check(100, "taken");
    check(101, "field");
}

#[test]
fn segment_docs_7732_refusing_analytics_does_not_stop_an_order_e_mail() {
    both(|engine| {
        let house = House::empty(engine);
        let traits = json!({"email": "sara@shop.example"});
        let agreed = json!({"purpose": "marketing", "granted": true, "version": "4"});
        let no = json!({"purpose": "analytics", "status": "revoked"});
        let word = |id, minute, properties: Value| {
            let more = json!({"userId": "u-1", "event": "Consent Changed",
                "properties": properties});
            call("track", id, minute, more)
        };
        let calls = [
            call(
                "identify",
                "m-1",
                1,
                json!({"userId": "u-1", "traits": traits}),
            ),
            word("m-2", 2, agreed),
            word("m-3", 3, no),
            order("m-4", 4, "u-1", "o-1"),
            // The shop may still note a new address of its customer.
            call(
                "identify",
                "m-5",
                5,
                json!({"userId": "u-1", "traits": {"city": "Linz"}}),
            ),
        ];
        tell(&house, &house.secret_key, &calls);
        house.fixture.settle();
        let known = customer(&house, "email:sara@shop.example");
        assert_eq!(known["metrics"]["orders"], 1);
        assert_eq!(known["traits"]["city"], "Linz");
        let said: Vec<(&Value, &Value, &Value)> = known["consents"]
            .as_array()
            .expect("words")
            .iter()
            .map(|it| (&it["purpose"], &it["status"], &it["source"]))
            .collect();
        let (analytics, marketing) = (json!("analytics"), json!("marketing"));
        let shop = json!("back_end");
        assert_eq!(
            said,
            [
                (&analytics, &json!("revoked"), &shop),
                (&marketing, &json!("granted"), &shop)
            ]
        );
        // How they use the shop is not kept any more, whatever key tells it.
        let seen = view("m-6", 6, json!({"userId": "u-1"}));
        assert_eq!(
            refused(&house, &house.secret_key, &seen),
            "consent_withdrawn"
        );
    });
}

#[test]
fn a_withdrawal_acts_at_once_and_within_its_own_batch() {
    both(|engine| {
        let house = House::empty(engine);
        let word = |id, minute, granted: bool| {
            let more = json!({"userId": "u-1", "event": "Consent Changed",
                "properties": {"purpose": "analytics", "granted": granted}});
            call("track", id, minute, more)
        };
        let seen = |id, minute, browser: &str| {
            view(id, minute, json!({"userId": "u-1", "anonymousId": browser}))
        };
        let calls = [
            seen("m-1", 1, "a-1"),
            word("m-2", 2, false),
            seen("m-3", 3, "a-secret"),
            word("m-4", 4, true),
            seen("m-5", 5, "a-1"),
        ];
        let said = post(&house, &house.write_key, &[], &calls).json();
        assert_eq!(said["accepted"], 4, "{said}");
        assert_eq!(said["rejected"][0]["message_id"], "m-3");
        assert_eq!(said["rejected"][0]["code"], "consent_withdrawn");
        assert_eq!(
            messages(&house, "user_id:u-1"),
            set(&["m-1", "m-2", "m-4", "m-5"])
        );
        let gone = house.api("GET", "/v1/customers/anonymous_id:a-secret", &Value::Null);
        assert_eq!(gone.status, 404, "nothing of it was bound");
    });
}

#[test]
fn messages_older_than_their_ids_are_kept_are_refused_by_name() {
    both(|engine| {
        let house = House::empty(engine);
        let at = |time: &str, mut call: Value| {
            call["timestamp"] = json!(time);
            call
        };
        let seen = |id: &str| view(id, 1, json!({"userId": "u-1"}));
        let old = "2024-12-17T00:00:00Z";
        assert_eq!(
            refused(&house, &house.write_key, &at(old, seen("m-1"))),
            "too_old"
        );
        let bought = at(old, order("m-2", 1, "u-1", "o-1"));
        assert_eq!(refused(&house, &house.write_key, &bought), "taken");
        let young = at("2024-12-18T00:00:00Z", seen("m-3"));
        assert_eq!(refused(&house, &house.write_key, &young), "taken");
        // Forgetting and refusing agree: what is still taken is still known.
        house.fixture.app().prune().expect("pruned");
        let said = post(&house, &house.write_key, &[], std::slice::from_ref(&young)).json();
        assert_eq!(said["duplicates"], 1, "{said}");
        house.fixture.clock().advance(86_400_000);
        house.fixture.app().prune().expect("pruned");
        assert_eq!(refused(&house, &house.write_key, &young), "too_old");
        // A clock that is 30 years behind is corrected, and its messages are known again.
        let mut behind = at("1995-01-01T00:00:00Z", seen("m-4"));
        behind["sentAt"] = json!("1995-01-01T00:00:05Z");
        for duplicates in [0, 1] {
            let said = post(&house, &house.write_key, &[], std::slice::from_ref(&behind)).json();
            assert_eq!(said["duplicates"], duplicates, "{said}");
        }
    });
}

#[test]
fn unomi_510_a_window_ends_on_time() {
    both(|engine| {
        let house = House::empty(engine);
        for days in 1..=30 {
            let question = json!({"where": format!("days_since(last_order) < {days}")});
            let answer = house.api("PUT", &format!("/v1/segments/Within{days}"), &question);
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        tell(&house, &house.secret_key, &[order("m-1", 1, "u-1", "o-1")]);
        let check = |days: i64, expected: usize| {
            house.fixture.clock().advance(days * 86_400_000);
            let minute = house.fixture.app().now().to_string();
            let mut other = view(&format!("o-{minute}"), 1, json!({"userId": "u-2"}));
            other["timestamp"] = json!(minute);
            tell(&house, &house.secret_key, &[other]);
            let asked = json!({"userId": "u-1"});
            let answer = house.api("POST", "/v1/context", &asked);
            let segments = answer.json()["segments"].as_array().map(Vec::len);
            assert_eq!(segments, Some(expected), "{}", answer.text);
        };
        check(0, 30);
        check(10, 20);
        check(19, 1);
        check(1, 0);
    });
}
