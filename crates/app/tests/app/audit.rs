//! The audit: every change and every look has its row, and no row can be altered unseen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use app::AppError;
use app::customers::CustomerRef;
use app::trust::{Acting, AuditFilter, Origin, TrustError, TrustRefusal, Who};
use domain::trust::{Action, Permission, Role, Subject};
use store::{Engine, Hook, StoreError, Value};
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::told::{START, user, visit};

use crate::adjust::request;
use crate::people::{acting, claim, join, place, refused};

fn machine(app: &App) -> Acting {
    app.acting(Who::System, Origin::machine())
}

/// What stands in the audit, newest first, as "actor action subject outcome".
fn told(app: &App) -> Vec<String> {
    app.audit_flush().expect("looks are written");
    let rows = app
        .audit_page(&AuditFilter::All, None, 1_000)
        .expect("read");
    rows.into_iter()
        .map(|row| {
            format!(
                "{} {} {} {}",
                row.actor, row.action, row.subject, row.outcome
            )
        })
        .collect()
}

fn whole(app: &App) {
    let verified = app.audit_verify().expect("read");
    assert_eq!(verified.findings, Vec::<String>::new());
}

/// A shop in which this many segments were kept, each a row of the audit.
fn with_rows(engine: Engine, count: usize) -> Fixture {
    let shop = FixtureOptions::on(engine).writers(1).open();
    let machine = machine(shop.app());
    for number in 0..count {
        shop.clock().advance(1_000);
        keep(&machine, &format!("Segment {number}")).expect("kept");
    }
    shop
}

fn keep(acting: &Acting, name: &str) -> Result<(), TrustError> {
    let subject = Subject::Document("segment", name.to_owned());
    acting
        .change(Action::SegmentKept, &subject, |app| {
            app.segment_put(name, "orders >= 3")
        })
        .map(|_| ())
}

fn damage(shop: &Fixture, text: &str) {
    testkit::rows::execute(shop.store(), text, &[]).expect("the damage is done");
}

#[test]
fn every_column_of_a_row_is_guarded() {
    both(|engine| {
        for (column, other) in [
            ("stripe", "stripe + 50"),
            ("n", "n + 50"),
            ("at", "at + 1"),
            ("actor", "'nobody'"),
            ("action", "'segment_removed'"),
            ("subject", "'segment/Another'"),
            ("origin", "'198.51.100.0/24'"),
            ("outcome", "'refused'"),
        ] {
            let shop = with_rows(engine, 5);
            whole(shop.app());
            damage(
                &shop,
                &format!("UPDATE audit SET {column} = {other} WHERE n = 3"),
            );
            let findings = shop.app().audit_verify().expect("read").findings;
            assert!(!findings.is_empty(), "{column}");
        }
        let shop = with_rows(engine, 5);
        let zeros = Value::Blob(vec![0; 32]);
        let text = "UPDATE audit SET hash = $1 WHERE n = 3";
        testkit::rows::execute(shop.store(), text, &[zeros]).expect("the damage is done");
        assert!(!shop.app().audit_verify().expect("read").findings.is_empty());
    });
}

#[test]
fn rows_that_are_removed_moved_or_added_are_found() {
    both(|engine| {
        let check = |what: &str, texts: &[&str]| {
            let shop = with_rows(engine, 6);
            texts.iter().for_each(|text| damage(&shop, text));
            let findings = shop.app().audit_verify().expect("read").findings;
            assert!(!findings.is_empty(), "{what}");
        };
        check("one is gone", &["DELETE FROM audit WHERE n = 3"]);
        check("the first is gone", &["DELETE FROM audit WHERE n = 1"]);
        check("the last is gone", &["DELETE FROM audit WHERE n = 6"]);
        check("all are gone", &["DELETE FROM audit"]);
        check("the end is gone", &["DELETE FROM audit_heads"]);
        check(
            "two changed places",
            &[
                "UPDATE audit SET n = 100 WHERE n = 2",
                "UPDATE audit SET n = 2 WHERE n = 4",
                "UPDATE audit SET n = 4 WHERE n = 100",
            ],
        );
        check(
            "one was added",
            &[
                "INSERT INTO audit (stripe, n, at, actor, action, subject, origin, outcome, hash)
                 SELECT stripe, n + 1, at, actor, action, subject, origin, outcome, hash
                   FROM audit WHERE n = 6",
            ],
        );
        check(
            "the tail is cut and the end moved",
            &[
                "DELETE FROM audit WHERE n > 4",
                "UPDATE audit_heads SET n = 4,
                        hash = (SELECT hash FROM audit WHERE n = 4)",
            ],
        );
    });
}

/// Whoever has the database alone can hash as Fanous does, and cannot seal.
#[test]
fn a_chain_that_was_hashed_anew_does_not_bear_the_seal() {
    let shop = with_rows(Engine::Sqlite, 3);
    damage(&shop, "DELETE FROM audit WHERE n = 3");
    damage(
        &shop,
        "UPDATE audit_heads SET n = 2, hash = (SELECT hash FROM audit WHERE n = 2)",
    );
    let findings = shop.app().audit_verify().expect("read").findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].contains("seal"), "{findings:?}");
}

/// An older end with its own seal fits an older chain: only what lies outside the store tells.
#[test]
fn a_store_that_was_put_back_is_found_by_the_anchor_beside_the_key() {
    both(|engine| {
        let shop = with_rows(engine, 4);
        let app = shop.app();
        let old = testkit::rows::query(shop.store(), "SELECT n, hash, seal FROM audit_heads", &[]);
        for number in 4..8 {
            keep(&machine(app), &format!("Segment {number}")).expect("kept");
        }
        let anchored = engine == Engine::Sqlite;
        if anchored {
            app.audit_anchor().expect("anchored");
            app.audit_anchor().expect("nothing new is no line");
        }
        damage(&shop, "DELETE FROM audit WHERE n > 4");
        let text = "UPDATE audit_heads SET n = $1, hash = $2, seal = $3";
        testkit::rows::execute(shop.store(), text, old[0].values()).expect("put back");
        let findings = app.audit_verify().expect("read").findings;
        // Said honestly: without an anchor in between, nobody can tell.
        assert_eq!(!findings.is_empty(), anchored, "{findings:?}");
        let file = shop.place().key_folder().join("audit-anchors.ndjson");
        let lines = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(lines.lines().count(), usize::from(anchored));
        // Put back on purpose: the chain goes on from there, and a check says so.
        app.audit_put_back().expect("noted");
        keep(&machine(app), "After").expect("kept");
        let verified = app.audit_verify().expect("read");
        assert_eq!(
            (verified.findings.len(), verified.put_back_at.len()),
            (0, 1)
        );
    });
}

#[test]
fn a_change_and_its_row_are_one() {
    both(|engine| {
        let broken = Arc::new(AtomicBool::new(false));
        let fails = Arc::clone(&broken);
        let hook = Hook::new(move |point| {
            if point == "before_commit" && fails.load(Ordering::SeqCst) {
                return Err(StoreError::Injected("no commit".to_owned()));
            }
            Ok(())
        });
        let shop = FixtureOptions::on(engine).writers(1).hook(hook).open();
        let machine = machine(shop.app());
        keep(&machine, "First").expect("kept");
        broken.store(true, Ordering::SeqCst);
        let answer = keep(&machine, "Second");
        assert!(matches!(answer, Err(TrustError::App(AppError::Store(_)))));
        broken.store(false, Ordering::SeqCst);
        assert_eq!(shop.app().segments().expect("read").len(), 1);
        assert_eq!(told(shop.app()), ["system segment_kept segment/First done"]);
        whole(shop.app());
    });
}

#[test]
fn each_change_of_a_customer_has_its_row_in_its_own_transaction() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        shop.record(
            (1..4)
                .map(|it| visit(&format!("m{it}"), &user(it), START))
                .collect(),
        );
        let support = join(
            app,
            &acting(app, &claim(app)),
            "help@example.com",
            Role::Support,
        );
        let support = acting(app, &support);
        let (one, two, three) = (
            shop.customer(&user(1)),
            shop.customer(&user(2)),
            shop.customer(&user(3)),
        );
        let merged =
            support.change_customer(Action::CustomersMerged, one, |app, one| app.merge(one, two));
        let merged = merged.expect("merged");
        support
            .change_customer(Action::CustomersSeparated, one, |app, _| {
                app.unmerge(merged)
            })
            .expect("separated");
        let adjust = |id: &str, amount: i64| {
            support.change_customer(Action::PointsAdjusted, one, |app, one| {
                app.adjust(&CustomerRef::Id(one), request(id, amount))
            })
        };
        adjust("r1", 50).expect("adjusted");
        adjust("r2", -500).expect_err("there is not so much");
        let same =
            support.change_customer(Action::CustomersMerged, one, |app, one| app.merge(one, one));
        assert!(matches!(same, Err(TrustError::App(AppError::SameCustomer))));
        let page = support.look(Action::CustomerSeen, &Subject::Customer(one), |app| {
            app.customer_page(one)
        });
        page.expect("shown");
        let export = support.hand_out(Action::CustomerExported, &Subject::Customer(one), |app| {
            app.export(one)
        });
        export.expect("handed out");
        let actor = support.who().actor();
        let mut expected: Vec<String> = [
            "customers_merged done",
            "customers_separated done",
            "points_adjusted done",
            "points_adjusted refused",
            "customers_merged refused",
            "customer_seen done",
            "customer_exported done",
        ]
        .iter()
        .map(|it| {
            let (action, outcome) = it.split_once(' ').expect("two words");
            format!("{actor} {action} {one} {outcome}")
        })
        .collect();
        let mut rows: Vec<String> = told(app);
        rows.retain(|row| row.contains(&one.to_string()));
        rows.sort();
        expected.sort();
        assert_eq!(rows, expected);
        let filter = AuditFilter::Subject(one.to_string());
        assert_eq!(app.audit_page(&filter, None, 100).expect("read").len(), 7);
        let first = app.audit_page(&filter, None, 3).expect("read");
        let rest = app
            .audit_page(&filter, Some(first[2].place()), 100)
            .expect("read");
        assert_eq!((first.len(), rest.len()), (3, 4));
        let filter = AuditFilter::Actor(actor.to_string());
        assert!(app.audit_page(&filter, None, 100).expect("read").len() >= 8);
        // What is left of an erased person here is an id that leads nowhere.
        shop.clock().advance(1);
        shop.erase(three);
        let gone = support.change_customer(Action::CustomerErased, three, |app, it| app.erase(it));
        assert!(matches!(gone, Err(TrustError::App(AppError::NoCustomer))));
        whole(app);
    });
}

#[test]
fn what_is_not_granted_is_refused_and_stands_there_as_refused() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        shop.record(vec![visit("m1", &user(1), START)]);
        let root = shop.customer(&user(1));
        let analyst = join(
            app,
            &acting(app, &claim(app)),
            "look@example.com",
            Role::Analyst,
        );
        let analyst = acting(app, &analyst);
        let subject = Subject::Customer(root);
        let asked = AtomicBool::new(false);
        let answer = analyst.look(Action::CustomerSeen, &subject, |app| {
            asked.store(true, Ordering::SeqCst);
            app.customer_page(root)
        });
        assert_eq!(
            refused(answer.map(|_| ())),
            TrustRefusal::NotPermitted(Permission::SeePersonal)
        );
        let answer = analyst.change_customer(Action::CustomerErased, root, |app, it| {
            asked.store(true, Ordering::SeqCst);
            app.erase(it)
        });
        assert_eq!(
            refused(answer.map(|_| ())),
            TrustRefusal::NotPermitted(Permission::PersonRights)
        );
        assert!(
            !asked.load(Ordering::SeqCst),
            "a use case was run all the same"
        );
        let actor = analyst.who().actor();
        let rows = told(app);
        for action in ["customer_seen", "customer_erased"] {
            assert!(
                rows.contains(&format!("{actor} {action} {root} refused")),
                "{rows:?}"
            );
        }
        whole(app);
    });
}

#[test]
fn many_writers_at_once_keep_whole_chains() {
    let shop = FixtureOptions::on(Engine::Postgres).writers(4).open();
    let app = shop.app();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                let machine = machine(app);
                for number in 0..20 {
                    keep(&machine, &format!("Segment {thread} {number}")).expect("kept");
                    let subject = Subject::Shop;
                    machine
                        .look(Action::PeopleSeen, &subject, |_| Ok(()))
                        .expect("seen");
                }
            });
        }
    });
    app.audit_flush().expect("looks are written");
    let verified = app.audit_verify().expect("read");
    assert_eq!(verified.findings, Vec::<String>::new());
    assert_eq!(verified.rows, 320);
    let chains = crate::number(&shop, "SELECT COUNT(*) AS n FROM audit_heads");
    assert!(chains > 1, "one writer did it all");
}

#[test]
fn looks_outlive_an_orderly_end() {
    both(|engine| {
        let mut shop = Fixture::new(engine);
        for _ in 0..300 {
            let subject = Subject::Shop;
            let machine = machine(shop.app());
            machine
                .look(Action::CustomersSeen, &subject, |_| Ok(()))
                .expect("seen");
        }
        shop.restart();
        assert_eq!(told(shop.app()).len(), 300);
        keep(&machine(shop.app()), "After").expect("the chain goes on");
        whole(shop.app());
    });
}

#[test]
fn who_signed_in_and_who_could_not_stands_there_with_the_network() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let app = shop.app();
        let owner = claim(app);
        let wrong = crate::people::login(crate::people::OWNER, "not the password");
        refused(app.sign_in(wrong, &place(77)));
        app.audit_flush().expect("written");
        let rows = app.audit_page(&AuditFilter::All, None, 10).expect("read");
        let last = rows
            .iter()
            .find(|row| row.action == "signed_in")
            .expect("a row");
        assert_eq!(
            (last.actor.as_str(), last.outcome.as_str()),
            ("nobody", "refused")
        );
        assert_eq!(last.subject, owner.user.to_string());
        assert_eq!(last.origin, "203.0.77.0/24");
    });
}
