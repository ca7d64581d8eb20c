//! Keys of the API: scopes, ends, rotation, use.

use app::settings::KeyKind;
use app::trust::{Acting, KeyView, NewKey, Origin, TrustRefusal, Who};
use domain::ids::KeyId;
use domain::time::Millis;
use domain::trust::{Action, Permission, Permissions, Role, Subject};
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::people::{acting, claim, join, refused};

fn machine(shop: &Fixture) -> Acting {
    shop.app().acting(Who::System, Origin::machine())
}

fn new_key(scopes: &str) -> NewKey {
    NewKey {
        kind: KeyKind::Secret,
        label: "Till".to_owned(),
        scopes: scopes.parse().expect("permissions"),
        expires_at: None,
    }
}

fn listed(acting: &Acting, id: KeyId) -> KeyView {
    let keys = acting.keys().expect("listed");
    let found = keys.into_iter().find(|key| key.id == id.to_string());
    found.expect("it is there")
}

#[test]
fn a_key_may_what_it_was_granted_until_it_ends() {
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(1).open();
        let (app, machine) = (shop.app(), machine(&shop));
        let new = NewKey {
            expires_at: Some(shop.clock().now().plus(Millis::DAY)),
            ..new_key("see_customers segments")
        };
        let (id, key) = machine.key_make(&new).expect("made");
        assert!(key.reveal().starts_with("secret_"));
        assert_eq!(listed(&machine, id).last_used_at, None);
        let holder = app.key_open(key.reveal()).expect("asked").expect("good");
        let program = app.acting(Who::Key(holder), Origin::machine());
        assert!(program.may(Permission::Segments) && !program.may(Permission::SeePersonal));
        let answer = program.look(Action::CustomerSeen, &Subject::Shop, |_| Ok(()));
        assert_eq!(
            refused(answer),
            TrustRefusal::NotPermitted(Permission::SeePersonal)
        );
        app.audit_flush().expect("its use is noted");
        assert_eq!(
            listed(&machine, id).last_used_at,
            Some(shop.clock().now().0)
        );
        shop.clock().advance(Millis::DAY);
        assert_eq!(app.key_open(key.reveal()).expect("asked"), None);
        assert!(!listed(&machine, id).is_good);
        for stranger in ["", "secret_", "secret_00", &"a".repeat(500)] {
            assert_eq!(app.key_open(stranger).expect("asked"), None);
        }
    });
}

#[test]
fn keys_that_would_open_too_much_are_not_made() {
    let shop = Fixture::new(store::Engine::Sqlite);
    let machine = machine(&shop);
    let write = |scopes: Permissions| NewKey {
        kind: KeyKind::Write,
        scopes,
        ..new_key("")
    };
    let whole = NewKey::whole(KeyKind::Write, "Pages");
    for bad in [
        new_key(""),
        new_key("people"),
        new_key("keys see_figures"),
        write("see_figures".parse().expect("a permission")),
        write(whole.scopes.with(Permission::SeeCustomers)),
        NewKey {
            label: " ".to_owned(),
            ..new_key("see_figures")
        },
        NewKey {
            expires_at: Some(shop.clock().now()),
            ..new_key("see_figures")
        },
    ] {
        let answer = machine.key_make(&bad).map(|_| ());
        assert!(
            matches!(refused(answer), TrustRefusal::BadKey(_)),
            "{bad:?}"
        );
    }
    machine.key_make(&whole).expect("made");
    assert_eq!(machine.keys().expect("listed").len(), 1);
}

#[test]
fn a_key_is_changed_over_while_both_are_good() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let (app, machine) = (shop.app(), machine(&shop));
        let (old_id, old) = machine.key_make(&new_key("see_figures")).expect("made");
        let (new_id, new) = machine.key_rotate(old_id, Millis::DAY).expect("replaced");
        let open = |key: &str| app.key_open(key).expect("asked");
        let (one, two) = (open(old.reveal()), open(new.reveal()));
        assert_eq!(one.expect("good").scopes, two.expect("good").scopes);
        assert_eq!(
            listed(&machine, old_id).replaced_by,
            Some(new_id.to_string())
        );
        let again = machine.key_rotate(old_id, Millis::DAY).map(|_| ());
        assert_eq!(refused(again), TrustRefusal::NoKey);
        shop.clock().advance(Millis::DAY);
        assert!(open(old.reveal()).is_none() && open(new.reveal()).is_some());
        machine.key_revoke(new_id).expect("revoked");
        assert!(open(new.reveal()).is_none());
        assert_eq!(refused(machine.key_revoke(new_id)), TrustRefusal::NoKey);
        let nobody = KeyId::from_bytes([3; 16]);
        assert_eq!(refused(machine.key_revoke(nobody)), TrustRefusal::NoKey);
    });
}

#[test]
fn keys_are_made_by_owners_and_stand_in_the_audit() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = acting(app, &claim(app));
        let marketer = join(app, &owner, "reach@example.com", Role::Marketer);
        let marketer = acting(app, &marketer);
        let answer = marketer.key_make(&new_key("see_figures")).map(|_| ());
        assert_eq!(
            refused(answer),
            TrustRefusal::NotPermitted(Permission::Keys)
        );
        let (id, _) = owner.key_make(&new_key("see_figures")).expect("made");
        owner.key_revoke(id).expect("revoked");
        let text = "SELECT COUNT(*) AS n FROM audit
                     WHERE action IN ('key_made', 'key_revoked') AND outcome = 'done'";
        assert_eq!(crate::number(&shop, text), 2);
        shop.clock().advance(10 * 60_000);
        let answer = owner.key_make(&new_key("see_figures")).map(|_| ());
        assert_eq!(refused(answer), TrustRefusal::ProofNeeded);
    });
}
