//! Visits: decided as things arrive, counted by day, the same however they are batched.

use std::net::IpAddr;
use std::sync::{Arc, mpsc};

use app::App;
use app::events::{Caller, DropReason, Verdict};
use app::visits::{VisitRow, Visits};
use domain::customers::Identity;
use domain::events::{
    Behaviour, Campaign, ConsentChange, Context, Event, Flags, Page, PageView, Told,
};
use domain::insight::RangeAsked;
use domain::time::Millis;
use domain::trust::{Purpose, Uncollected};
use domain::visits::{Dimension, OTHER, Places};
use store::Engine;
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::told::{START, event, named, order, ordered, user, visit};

use crate::{number, state_of};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Mobile Safari/537.36";

/// One country holds all addresses.
#[derive(Debug)]
struct Somewhere;

impl Places for Somewhere {
    fn place(&self, _: &str) -> Option<String> {
        Some("IR".to_owned())
    }
}

fn browser() -> Caller {
    Caller {
        ip: Some(IpAddr::from([5, 1, 2, 3])),
        user_agent: Some(PHONE.to_owned()),
        places: Some(Arc::new(Somewhere)),
        ..Caller::default()
    }
}

fn somebody() -> Identity {
    named("anonymous_id:browser-1")
}

/// A message that surrounds nothing.
fn told(event: Event) -> Told {
    Told {
        event,
        name: None,
        context: Context::default(),
        alias: None,
        group_id: None,
        products: Vec::new(),
        flags: Flags::new(),
    }
}

/// A look at a page so many minutes after the beginning, with what led there.
fn look(who: &Identity, minutes: i64, url: &str, referrer: &str) -> Told {
    let at = Millis(START.0 + minutes * MINUTE);
    let viewed = Behaviour::Viewed(PageView {
        content: Some("guide".to_owned()),
        ..PageView::default()
    });
    let id = format!("{who:?} {minutes} {url}");
    let event = event(&id, std::slice::from_ref(who), at, viewed);
    let page = Page {
        url: Some(format!("https://shop.example{url}")),
        referrer: Some(referrer.to_owned()),
        ..Page::default()
    };
    Told {
        context: Context {
            page,
            ..Context::default()
        },
        ..told(event)
    }
}

fn collect(app: &App, told: Vec<Told>, caller: &Caller) -> Vec<Result<Verdict, DropReason>> {
    let (sender, receiver) = mpsc::channel();
    app.collect_then(told, caller, move |outcome| {
        let _ = sender.send(outcome);
    })
    .expect("there is room");
    let collected = receiver.recv().expect("an answer").expect("it is written");
    app.collect_after(&collected.after)
        .expect("browsers are joined");
    collected.verdicts
}

fn visits(shop: &Fixture) -> Visits {
    shop.app().visits(&RangeAsked::default()).expect("figures")
}

/// The rows of a dimension: name, visits, new, first orders, repeat orders, value.
fn rows(visits: &Visits, dimension: Dimension) -> Vec<(String, [i64; 5])> {
    let of = |row: &VisitRow| {
        let it = &row.figures;
        let figures = [
            it.visits,
            it.new,
            it.first_orders,
            it.repeat_orders,
            it.value,
        ];
        (row.name.clone(), figures)
    };
    let rows = visits.tables.get(&dimension);
    rows.map(|rows| rows.iter().map(of).collect())
        .unwrap_or_default()
}

fn row(name: &str, figures: [i64; 5]) -> (String, [i64; 5]) {
    (name.to_owned(), figures)
}

const GOOGLE: &str = "https://www.google.com/";
const OWN: &str = "https://shop.example/a";

#[test]
fn a_visit_ends_after_half_an_hour_or_with_another_campaign_and_midnight_ends_none() {
    both(|engine| {
        // Minutes after midnight, the address, what led there; how many visits that makes.
        let check = |looks: &[(i64, &str, &str)], expected: u32| {
            let shop = Fixture::new(engine);
            shop.clock().advance(3 * DAY);
            for (minutes, url, referrer) in looks {
                let told = look(&somebody(), 2 * 24 * 60 + minutes, url, referrer);
                collect(shop.app(), vec![received(told)], &browser());
            }
            let observed = state_of(&shop, &somebody()).observed;
            assert_eq!(observed.visits, expected, "{looks:?}");
            assert_eq!(
                visits(&shop).figures.visits,
                i64::from(expected),
                "{looks:?}"
            );
        };
        check(&[(0, "/a", GOOGLE)], 1);
        check(&[(0, "/a", GOOGLE), (30, "/b", OWN)], 1);
        check(&[(0, "/a", GOOGLE), (31, "/b", OWN)], 2);
        check(&[(0, "/a", GOOGLE), (29, "/b", OWN), (58, "/c", OWN)], 1);
        // Over midnight.
        check(&[(-10, "/a", ""), (10, "/b", OWN)], 1);
        check(&[(0, "/a", ""), (5, "/a?utm_source=letter", "")], 2);
        let letter = "/a?utm_source=letter";
        check(&[(0, letter, ""), (5, letter, "")], 1);
        check(&[(0, letter, ""), (5, "/b?utm_source=other", OWN)], 2);
        check(&[(0, "/a?gclid=1", GOOGLE), (5, "/a?gclid=1", OWN)], 1);
        // Told late: out of order, and after more than a day.
        check(&[(0, "/a", ""), (-60, "/b", OWN)], 1);
        check(&[(-25 * 60, "/a", "")], 0);
    });
}

/// As if it had come when the third day began, or when it happened.
fn received(mut told: Told) -> Told {
    told.event.received_at = Millis(START.0 + 2 * DAY).max(told.event.at);
    told
}

#[test]
fn what_led_to_an_order_is_counted_beside_the_visit() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let who = somebody();
        let url = "/lamps?utm_source=letter&utm_medium=email&utm_campaign=autumn&q=Brass+lamp";
        collect(shop.app(), vec![look(&who, 0, url, "")], &browser());
        collect(
            shop.app(),
            vec![look(&who, 2, "/lamps/brass", OWN)],
            &browser(),
        );
        let buyer = user(1);
        let known = event(
            "who",
            &[buyer.clone(), who.clone()],
            Millis(START.0 + 3 * MINUTE),
            Behaviour::Identified,
        );
        let shop_says = Caller {
            is_secret: true,
            ..Caller::default()
        };
        collect(shop.app(), vec![told(known)], &shop_says);
        let first = order("1001", &buyer, Millis(START.0 + 5 * MINUTE), 4_200);
        let second = order("1002", &buyer, Millis(START.0 + 10 * DAY), 1_000);
        let too_late = order("1003", &buyer, Millis(START.0 + 31 * DAY), 1_000);
        let free = event(
            "free",
            std::slice::from_ref(&buyer),
            Millis(START.0 + DAY),
            ordered("1004", 0),
        );
        for order in [first, second, too_late, free] {
            collect(shop.app(), vec![told(order)], &shop_says);
        }
        let visits = visits(&shop);
        let figures = [1, 1, 1, 1, 5_200];
        for (dimension, name) in [
            (Dimension::Class, "mail"),
            (Dimension::Source, "letter"),
            (Dimension::Campaign, "autumn · letter/email"),
            (Dimension::Words, "brass lamp"),
            (Dimension::Landing, "/lamps"),
            (Dimension::Place, "IR"),
            (Dimension::Device, "phone"),
            (Dimension::Browser, "Chrome"),
            (Dimension::System, "Android"),
        ] {
            assert_eq!(
                rows(&visits, dimension),
                [row(name, figures)],
                "{dimension:?}"
            );
        }
        let exits: Vec<(String, i64)> = visits
            .tables
            .get(&Dimension::Exit)
            .into_iter()
            .flatten()
            .map(|it| (it.name.clone(), it.figures.visits))
            .collect();
        assert_eq!(exits, [("/lamps/brass".to_owned(), 1)]);
        let all = &visits.figures;
        assert_eq!((all.visit_views, all.bounces, all.seconds), (2, 0, 120));
        let page = visits
            .pages
            .iter()
            .find(|it| it.name == "/lamps")
            .expect("a page");
        assert_eq!((page.views, page.landings, page.exits), (1, 1, 0));
        assert_eq!((page.seconds, page.position), (Some(120), Some(1.0)));
        // A Wednesday, the first hour of the day.
        assert_eq!(visits.hours[2][0], 1);
        let observed = state_of(&shop, &buyer).observed;
        let source = observed.source.map(|(_, source)| source);
        assert_eq!(source.as_deref(), Some("letter/email"));
    });
}

#[test]
fn the_sums_are_the_same_in_one_batch_and_in_many() {
    both(|engine| {
        let people: Vec<Identity> = (0..4)
            .map(|number| named(&format!("anonymous_id:b{number}")))
            .collect();
        let places = ["/a?utm_source=letter", "/b", "/c?q=lamp"];
        let looks: Vec<Told> = (0..60_i64)
            .map(|place| {
                let who = &people[usize::try_from(place * 7 % 4).expect("small")];
                let url = places[usize::try_from(place * 5 % 3).expect("small")];
                look(
                    who,
                    place * 11,
                    url,
                    if place % 3 == 0 { GOOGLE } else { OWN },
                )
            })
            .collect();
        let sums = |size: usize| {
            let shop = Fixture::new(engine);
            for batch in looks.chunks(size) {
                collect(shop.app(), batch.to_vec(), &browser());
            }
            let starts = number(
                &shop,
                "SELECT COUNT(*) AS n FROM facts WHERE behaviour LIKE '%\"starts_visit\":true%'",
            );
            let visits = visits(&shop);
            assert_eq!(visits.figures.visits, starts);
            assert_eq!(visits.figures.followed(), starts);
            assert_eq!(visits.figures.page_views, 60);
            let of_class: i64 = rows(&visits, Dimension::Class)
                .iter()
                .map(|it| it.1[0])
                .sum();
            assert_eq!(of_class, starts);
            assert_eq!(visits.hours.iter().flatten().sum::<i64>(), starts);
            visits
        };
        let one_by_one = sums(1);
        for size in [2, 7, 60] {
            assert_eq!(sums(size), one_by_one, "batches of {size}");
        }
    });
}

#[test]
fn who_agreed_to_nothing_is_counted_and_nothing_of_them_is_kept() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let refused = |minutes, url, referrer| {
            let mut told = look(&somebody(), minutes, url, referrer);
            let analytics = Purpose::Analytics.word().to_owned();
            told.context.consent.insert(analytics, false);
            told
        };
        let campaign = "/a?utm_source=letter&q=secret";
        let looks = vec![refused(0, campaign, ""), refused(1, "/b", OWN)];
        let verdicts = collect(shop.app(), looks.clone(), &browser());
        let counted = || Err(DropReason::Uncollected(Uncollected::NoConsent));
        assert_eq!(verdicts, [counted(), counted()]);
        // The same again, after a lost answer.
        let again = collect(shop.app(), looks, &browser());
        assert_eq!(again, [Ok(Verdict::Duplicate), Ok(Verdict::Duplicate)]);
        // What is no look at a page is dropped.
        let mut other = told(event("x", &[somebody()], START, Behaviour::CheckoutStarted));
        other.context = refused(0, "/", "").context;
        let dropped = collect(shop.app(), vec![other], &browser());
        assert_eq!(dropped, [counted()]);
        let visits = visits(&shop);
        let all = &visits.figures;
        assert_eq!((all.visits, all.followed(), all.page_views), (1, 0, 2));
        assert_eq!(
            rows(&visits, Dimension::Source),
            [row("letter", [1, 0, 0, 0, 0])]
        );
        for kept in [Dimension::Device, Dimension::Place, Dimension::Words] {
            assert_eq!(rows(&visits, kept), [], "{kept:?}");
        }
        for table in ["customers", "facts", "identities", "streams", "profiles"] {
            let text = format!("SELECT COUNT(*) AS n FROM {table}");
            assert_eq!(number(&shop, &text), 0, "{table}");
        }
    });
}

#[test]
fn who_agrees_on_the_way_keeps_what_led_here_and_counts_once() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let letter = "/a?utm_source=letter";
        let mut before = look(&somebody(), 0, letter, "");
        let analytics = Purpose::Analytics.word().to_owned();
        before.context.consent.insert(analytics, false);
        let mut agreed = told(event(
            "agreed",
            &[somebody()],
            Millis(START.0 + MINUTE),
            Behaviour::ConsentChanged(ConsentChange::new(Purpose::Analytics, true)),
        ));
        agreed.context = look(&somebody(), 0, letter, "").context;
        let after = look(&somebody(), 2, "/b", OWN);
        for told in [before, agreed, after] {
            collect(shop.app(), vec![told], &browser());
        }
        let visits = visits(&shop);
        let all = &visits.figures;
        assert_eq!((all.visits, all.new, all.page_views), (1, 1, 2));
        assert_eq!(
            rows(&visits, Dimension::Source),
            [row("letter", [1, 1, 0, 0, 0])]
        );
        assert_eq!(
            rows(&visits, Dimension::Landing),
            [row("/a", [1, 1, 0, 0, 0])]
        );
        assert_eq!(
            rows(&visits, Dimension::Device),
            [row("phone", [1, 1, 0, 0, 0])]
        );
        let observed = state_of(&shop, &somebody()).observed;
        assert_eq!(observed.visits, 1);
        let source = observed.source.map(|(_, source)| source);
        assert_eq!(source.as_deref(), Some("letter"));
    });
}

#[test]
fn bots_are_no_visitors_and_are_counted_as_what_they_are() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let bot = Caller {
            user_agent: Some("Mozilla/5.0 (compatible; Googlebot/2.1)".to_owned()),
            ..Caller::default()
        };
        let verdicts = collect(shop.app(), vec![look(&somebody(), 0, "/a", "")], &bot);
        assert_eq!(verdicts, [Err(DropReason::Bot)]);
        // A server speaks for others: its own name says nothing of them.
        let server = Caller {
            is_secret: true,
            ..bot
        };
        let verdicts = collect(shop.app(), vec![look(&somebody(), 0, "/a", "")], &server);
        assert!(matches!(verdicts[..], [Ok(Verdict::Accepted { .. })]));
        let dropped = "SELECT CAST(SUM(value) AS BIGINT) AS n FROM rollups
                        WHERE metric = 'dropped' AND dimension = 'bot'";
        assert_eq!(number(&shop, dropped), 1);
        assert_eq!(visits(&shop).figures.visits, 1);
    });
}

#[test]
fn a_day_has_room_for_so_many_names_even_after_a_restart() {
    both(|engine| {
        let mut shop = Fixture::new(engine);
        let looks = |numbers: std::ops::Range<i64>| -> Vec<Told> {
            numbers
                .map(|number| {
                    let who = named(&format!("anonymous_id:b{number}"));
                    look(&who, 0, &format!("/p{number}"), "")
                })
                .collect()
        };
        collect(shop.app(), looks(0..70), &browser());
        shop.restart();
        collect(shop.app(), looks(70..320), &browser());
        let visits = visits(&shop);
        assert!(visits.has_others);
        let names = "SELECT COUNT(DISTINCT dimension) AS n FROM rollups
                      WHERE metric = 'visits' AND dimension LIKE 'landing:%'";
        // The room is each writer's own, and PostgreSQL has several.
        let most = match engine {
            Engine::Sqlite => 101,
            Engine::Postgres => 171,
        };
        assert!((101..=most).contains(&number(&shop, names)), "{engine:?}");
        let landings = rows(&visits, Dimension::Landing);
        assert_eq!(landings.last().map(|it| it.0.as_str()), Some(OTHER));
        assert_eq!(landings.iter().map(|it| it.1[0]).sum::<i64>(), 320);
    });
}

#[test]
fn history_says_itself_where_visits_begin_and_later_visits_take_its_orders() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let from = |id: &str, at: Millis, source: &str| {
            let viewed = Behaviour::Viewed(PageView {
                starts_visit: true,
                content: None,
                source: Some(source.to_owned()),
            });
            Event {
                historical: true,
                ..event(id, &[user(1)], at, viewed)
            }
        };
        let at = |days: i64| Millis(START.0 - days * DAY);
        let past = |event| Event {
            historical: true,
            ..event
        };
        shop.record(vec![
            from("one", at(100), "search"),
            from("two", at(80), "newsletter"),
            past(order("1001", &user(1), at(79), 500)),
            // Out of its order: counted as a visit, and no order counts for it.
            from("three", at(90), "search"),
            past(order("1002", &user(1), at(78), 700)),
            past(order("1003", &user(1), at(20), 900)),
        ]);
        let visits = visits(&shop);
        assert_eq!(
            rows(&visits, Dimension::Class),
            [
                row("search", [2, 1, 0, 0, 0]),
                row("mail", [1, 0, 1, 1, 1_200])
            ]
        );
        assert_eq!(visits.figures.value, 1_200);
    });
}

#[test]
fn merging_goes_on_with_the_visit_that_was_seen_later() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let (one, other) = (named("anonymous_id:a"), named("anonymous_id:b"));
        collect(
            shop.app(),
            vec![look(&one, 0, "/a?utm_source=letter", "")],
            &browser(),
        );
        collect(shop.app(), vec![look(&other, 5, "/b", GOOGLE)], &browser());
        let (into, from) = (shop.customer(&one), shop.customer(&other));
        let merge = shop.app().merge(into, from).expect("they are merged");
        collect(shop.app(), vec![look(&one, 20, "/c", OWN)], &browser());
        assert_eq!(state_of(&shop, &one).observed.visits, 2);
        shop.app().unmerge(merge).expect("it is taken back");
        collect(shop.app(), vec![look(&other, 25, "/d", OWN)], &browser());
        assert_eq!(state_of(&shop, &other).observed.visits, 1);
        assert_eq!(visits(&shop).figures.visits, 2);
    });
}

#[test]
fn months_are_chosen_and_compared() {
    both(|engine| {
        let shop = Fixture::new(engine);
        for (place, days) in [0, 1, 31, 32, 33].into_iter().enumerate() {
            let at = Millis(START.0 + days * DAY);
            shop.record(vec![visit(&format!("v{place}"), &user(place), at)]);
        }
        shop.clock().advance(60 * DAY);
        let asked = RangeAsked {
            from: "2025-02".to_owned(),
            to: String::new(),
            compare: "before".to_owned(),
        };
        let february = shop.app().visits(&asked).expect("figures");
        assert_eq!(february.figures.visits, 3);
        let compared = february.compared.map(|(_, figures)| figures.visits);
        assert_eq!(compared, Some(2));
        let days: Vec<i64> = february.months.iter().map(|it| it.figures.visits).collect();
        assert_eq!(days, [1, 1, 1]);
        let newest = &february.stretches[0];
        let before = newest.before.map(|it| it.visits);
        assert_eq!((newest.days, newest.now.visits, before), (1, 1, Some(1)));
        let wrong = RangeAsked {
            from: "soon".to_owned(),
            ..asked
        };
        let whole = shop.app().visits(&wrong).expect("figures");
        assert!(whole.chosen.is_err());
        assert_eq!(whole.figures.visits, 5);
    });
}

#[test]
fn campaigns_that_are_told_need_no_address() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let mut told = look(&somebody(), 0, "/a", GOOGLE);
        told.context.campaign = Campaign {
            name: Some("Autumn".to_owned()),
            source: Some("Leaflet".to_owned()),
            ..Campaign::default()
        };
        collect(shop.app(), vec![told], &browser());
        let visits = visits(&shop);
        let campaigns = rows(&visits, Dimension::Campaign);
        assert_eq!(campaigns, [row("autumn · leaflet", [1, 1, 0, 0, 0])]);
    });
}
