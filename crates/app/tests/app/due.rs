//! Time: the view is right at every moment, and a wake that is late, double or idle harms nothing.

use domain::customers::{Standing, view};
use domain::time::Millis;
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::rows;
use testkit::told::{START, order, user, visit};

use crate::{number, state_of};

const CHANGES: &str = "SELECT COUNT(*) AS n FROM facts WHERE name = 'Standing Changed'";

fn shown(shop: &Fixture) -> Standing {
    let in_force = shop.app().in_force();
    let (programme, fold) = (&in_force.programme, &in_force.fold);
    view(
        &state_of(shop, &user(1)),
        programme,
        fold,
        shop.clock().now(),
    )
    .standing
}

fn decided(shop: &Fixture) -> Standing {
    state_of(shop, &user(1)).decided.standing
}

#[test]
fn a_customer_lapses_at_the_moment_and_is_told_of_it_once() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![order("1", &user(1), START, 100)]);
        shop.settle();
        assert_eq!(
            (shown(&shop), decided(&shop)),
            (Standing::New, Standing::New)
        );
        shop.clock().set(START.plus(180 * Millis::DAY - 1));
        shop.settle();
        assert_eq!(shown(&shop), Standing::New);
        shop.clock().advance(1);
        assert_eq!(shown(&shop), Standing::Lapsed, "nobody has woken them yet");
        assert_eq!(decided(&shop), Standing::New);
        shop.clock().advance(40 * Millis::DAY);
        shop.settle();
        shop.settle();
        assert_eq!(decided(&shop), Standing::Lapsed);
        assert_eq!(number(&shop, CHANGES), 2);
        let now = shop.clock().now();
        shop.record(vec![order("2", &user(1), now, 100)]);
        assert_eq!(
            (shown(&shop), decided(&shop)),
            (Standing::WonBack, Standing::WonBack)
        );
        assert_eq!(number(&shop, CHANGES), 3);
        assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM outbox"), 3);
    });
}

#[test]
fn a_wake_for_nothing_decides_nothing_and_sets_the_time_anew() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![
            order("1", &user(1), START, 100),
            visit("2", &user(2), START),
        ]);
        shop.settle();
        let before = number(&shop, "SELECT at AS n FROM due");
        rows::execute(shop.store(), "UPDATE due SET at = 1", &[]).expect("damage is done");
        let nobody = "INSERT INTO due (customer, at) VALUES ($1, 1)";
        rows::execute(shop.store(), nobody, &[[9; 16].into()]).expect("damage is done");
        shop.settle();
        assert_eq!(number(&shop, "SELECT at AS n FROM due"), before);
        assert_eq!(number(&shop, CHANGES), 1);
    });
}

#[test]
fn a_crowd_is_woken_in_slices_until_nobody_is_due() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let orders = (0..600).map(|number| order(&format!("{number}"), &user(number), START, 1));
        shop.record(orders.collect());
        shop.clock().advance(181 * Millis::DAY);
        shop.settle();
        let lapsed = "SELECT COUNT(*) AS n FROM customer_metrics WHERE standing = 'lapsed'";
        assert_eq!(number(&shop, lapsed), 600);
        assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM due"), 0);
    });
}
