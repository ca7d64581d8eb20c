//! The doctor finds what was broken, and nothing where nothing is.

use std::collections::BTreeMap;

use app::running::Verdict;
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told::{START, order, user, visit};
use testkit::world::{World, WorldOptions};

use crate::adjust::{adjust, request};

fn verdicts(shop: &Fixture, thorough: bool) -> BTreeMap<&'static str, Verdict> {
    let findings = shop.app().examine(thorough).expect("the store can be read");
    for finding in &findings {
        let is_ok = finding.verdict == Verdict::Ok;
        assert_eq!(finding.todo.is_none(), is_ok, "{finding:?}");
    }
    findings
        .into_iter()
        .map(|finding| (finding.about, finding.verdict))
        .collect()
}

fn execute(shop: &Fixture, text: &str) {
    shop.leave_broken();
    assert_ne!(
        rows::execute(shop.store(), text, &[]).expect("it is done"),
        0
    );
}

#[test]
fn a_healthy_shop_is_called_so() {
    let world = World::new(WorldOptions::sized(Seed::new(95), 40));
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        for thorough in [false, true] {
            let mut verdicts = verdicts(&shop, thorough);
            assert_eq!(verdicts.contains_key("audit"), thorough);
            // Whatever this machine's disk has left, it is said.
            assert!(verdicts.remove("disk").is_some());
            assert_eq!(verdicts.remove("copy of the keys"), Some(Verdict::Look));
            // The world tells refunds of orders that it never tells.
            assert!(verdicts.remove("news of unknown orders").is_some());
            // A test's clock shows another year than the server's.
            let server = verdicts.remove("server's clock");
            let expected = (engine == store::Engine::Postgres).then_some(Verdict::Wrong);
            assert_eq!(server, expected);
            assert!(verdicts.len() >= 8, "{verdicts:?}");
            let bad: Vec<_> = verdicts.iter().filter(|it| *it.1 != Verdict::Ok).collect();
            assert!(bad.is_empty(), "{bad:?}");
        }
        let copied = shop.place().key_folder().join("copied.txt");
        std::fs::write(copied, "in the safe\n").expect("a note");
        assert_eq!(verdicts(&shop, false)["copy of the keys"], Verdict::Ok);
    });
}

#[test]
fn what_was_broken_is_found() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![
            order("1", &user(1), START, 100),
            visit("two", &user(2), START),
        ]);
        adjust(&shop, &user(1), request("given", 30)).expect("given");
        shop.settle();
        let now = |about: &str| verdicts(&shop, false)[about];
        assert_eq!((now("states"), now("ledger")), (Verdict::Ok, Verdict::Ok));
        execute(
            &shop,
            "UPDATE customers SET state = (SELECT MIN(state) FROM customers)",
        );
        assert_eq!(now("states"), Verdict::Wrong);
        assert_eq!(verdicts(&shop, true)["states"], Verdict::Wrong);
        execute(
            &shop,
            "UPDATE accounts SET balance = balance + 1 WHERE kind = 'available'",
        );
        assert_eq!(now("ledger"), Verdict::Wrong);
        assert_eq!(verdicts(&shop, true)["ledger"], Verdict::Wrong);
        let hour_ago = shop.clock().now().0 - 3_600_000;
        execute(
            &shop,
            &format!(
                "INSERT INTO jobs (id, kind, position, body, at)
                 VALUES ('a file', 'import', 7, '', {hour_ago})"
            ),
        );
        let due = format!(
            "INSERT INTO due (customer, at) SELECT root, {hour_ago} FROM customers WHERE TRUE
             ON CONFLICT (customer) DO UPDATE SET at = excluded.at"
        );
        execute(&shop, &due);
        assert_eq!(now("work"), Verdict::Look);
        assert_eq!(now("due customers"), Verdict::Look);
    });
}

#[test]
fn a_clock_that_was_set_back_and_a_key_that_others_may_read_are_found() {
    let shop = Fixture::new(store::Engine::Sqlite);
    shop.record(vec![visit("one", &user(1), START)]);
    let right = shop.clock().now();
    assert_eq!(verdicts(&shop, false)["clock"], Verdict::Ok);
    shop.clock().set(right.plus(-10_000));
    assert_eq!(verdicts(&shop, false)["clock"], Verdict::Look);
    shop.clock().set(right.plus(-3_600_000));
    assert_eq!(verdicts(&shop, false)["clock"], Verdict::Wrong);
    shop.clock().set(right);
    assert_eq!(verdicts(&shop, false)["keys"], Verdict::Ok);
    let key = shop.place().key_folder().join("shop.key");
    std::fs::write(&key, [0; 32]).expect("a file");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&key, open).expect("its owner may");
    assert_eq!(verdicts(&shop, false)["keys"], Verdict::Wrong);
}
