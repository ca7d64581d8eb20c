//! Each address with each role, and with nobody: who passes is what the gate beside it says.

use std::path::Path;

use domain::trust::{Permission, Permissions, Role};
use serde_json::{Value, json};
use store::Engine;
use web::{Endpoint, Gate};

use crate::house::{Answer, House, Visitor};

/// An address with its parts filled in by what does not exist, so that nothing is changed behind
/// the gate by whoever passes it.
fn filled(path: &str) -> String {
    let zeros = "0".repeat(32);
    let mut path = path.to_owned();
    for (part, filling) in [
        ("{customer}", format!("cus_{zeros}")),
        ("{merge}", format!("mrg_{zeros}")),
        ("{user}", format!("usr_{zeros}")),
        ("{key}", format!("key_{zeros}")),
        ("{session}", format!("ses_{zeros}")),
        ("{name}", "nothing".to_owned()),
        ("{part}", "words".to_owned()),
    ] {
        path = path.replace(part, &filling);
    }
    assert!(!path.contains('{'), "{path}: say how to fill it in");
    path
}

/// Whether the gate let them in, whatever the handler then said.
fn passed(answer: &Answer, asked: &str, gate: Gate) -> bool {
    let turned_away = gate != Gate::Anybody
        && ["/login", "/setup"]
            .iter()
            .any(|to| answer.status == 303 && answer.header("location").starts_with(to));
    let refused = ["not_permitted", "no_key", "write_key"]
        .iter()
        .any(|code| answer.text.contains(code));
    assert!(answer.status < 500, "{asked}: {}", answer.text);
    // Who signs out or has asked for a letter is led to the login, too, with a word of that.
    let is_done = answer.header("location").contains("?done=");
    is_done || !(turned_away || [401, 403].contains(&answer.status) && refused)
}

/// Who asks: somebody in a browser, and a key with the same permissions.
struct Asker {
    visitor: Option<Visitor>,
    key: String,
    permissions: Permissions,
}

fn ask(house: &House, asker: &Asker, endpoint: &Endpoint) -> bool {
    let (method, path) = (endpoint.method, filled(endpoint.path));
    let answer = if path.starts_with("/v1/") {
        let body = match endpoint.gate {
            Gate::Sends => json!({"batch": []}),
            _ => Value::Null,
        };
        house.api_as(&asker.key, method, &path, &body)
    } else {
        match (&asker.visitor, method) {
            (None, _) => house.send(method, &path, &[("Origin", &house.url)], ""),
            (Some(visitor), "GET") => house.page_as(visitor, &path),
            (Some(visitor), _) => house.form_as(visitor, &path, &[]),
        }
    };
    passed(
        &answer,
        &format!("{method} {}", endpoint.path),
        endpoint.gate,
    )
}

/// What a key with these permissions may do: none may deal with people or keys.
fn key_of(house: &House, permissions: Permissions) -> (String, Permissions) {
    let grantable = app::trust::NewKey::whole(app::settings::KeyKind::Secret, "role");
    let scopes = grantable.scopes.and(permissions);
    let new = app::trust::NewKey {
        scopes,
        ..grantable
    };
    let machine = app::trust::Origin::machine();
    let acting = house.fixture.app().acting(app::trust::Who::System, machine);
    let (_, key) = acting.key_make(&new).expect("a key");
    (key.reveal().clone(), scopes)
}

fn expected(asker: &Asker, endpoint: &Endpoint, scopes: Permissions) -> bool {
    let is_api = endpoint.path.starts_with("/v1/");
    let has = |permission: Permission| match is_api {
        true => scopes.has(permission),
        false => asker.permissions.has(permission),
    };
    match endpoint.gate {
        Gate::Anybody => true,
        Gate::SignedIn => asker.visitor.is_some(),
        // No person sends events, and no key of a role: that takes a key made for it.
        Gate::Sends => false,
        Gate::Needs(permission) => has(permission),
    }
}

#[test]
fn each_address_opens_to_whom_its_gate_names_and_to_nobody_else() {
    let house = House::seeded(Engine::Sqlite);
    // Proofs are tried and people are asked for: what is left is no world that adds up.
    house.fixture.leave_broken();
    let mut endpoints = web::endpoints();
    endpoints.sort_by_key(|it| (it.path == "/logout", it.path, it.method));
    let mut lines: Vec<String> = endpoints
        .iter()
        .map(|it| format!("{:6} {:38} {:17}", it.method, it.path, it.gate.to_string()))
        .collect();
    let mut head = format!("{:63}", "");
    let roles = Role::ALL.iter().map(|role| Some(*role));
    for role in roles.chain([None]) {
        let permissions = role.map(Role::permissions).unwrap_or_default();
        let (key, scopes) = match role {
            Some(_) => key_of(&house, permissions),
            None => Default::default(),
        };
        let asker = Asker {
            visitor: role.map(|role| house.somebody(role)),
            key,
            permissions,
        };
        head.push_str(&format!("{:>9}", role.map_or("nobody", Role::word)));
        for (line, endpoint) in lines.iter_mut().zip(&endpoints) {
            let is_in = ask(&house, &asker, endpoint);
            let says = (endpoint, role, endpoint.gate);
            assert_eq!(is_in, expected(&asker, endpoint, scopes), "{says:?}");
            line.push_str(&format!("{:>9}", if is_in { "yes" } else { "-" }));
        }
    }
    let table = format!("{head}\n{}\n", lines.join("\n"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/gates.txt");
    testkit::golden::check(&file, &table);
}
