//! The seeded world, fed to the use cases, against its truth.

use app::events::Verdict;
use domain::customers::Metrics;
use testkit::engines::both;
use testkit::fixture::FixtureOptions;
use testkit::seeds::Seed;
use testkit::world::{World, WorldOptions};

use crate::number;

#[test]
fn the_overview_adds_up_to_the_truth() {
    let seed = Seed::from_env_or(11);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::small(seed));
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        let truth = world.truth().totals;
        let overview = shop.app().overview().expect("an overview");
        let totals = overview.totals;
        assert_eq!(totals.orders as u64, truth.orders);
        assert_eq!(
            (totals.gross, totals.refunds, totals.net, totals.product),
            (truth.gross, truth.refunds, truth.net(), truth.product())
        );
        let of_months = |figure: fn(&app::insight::MonthFigures) -> i64| -> i64 {
            overview.months.iter().map(|it| figure(&it.figures)).sum()
        };
        assert_eq!(of_months(|it| it.orders) as u64, truth.orders);
        assert_eq!(of_months(|it| it.gross), truth.gross);
        assert_eq!(of_months(|it| it.refunds), truth.refunds);
        assert_eq!(of_months(|it| it.net), truth.net());
        assert_eq!(of_months(|it| it.product), truth.product());
        let told = "SELECT COUNT(*) AS n FROM facts
                     WHERE kind <> 'decided' AND name <> 'Customer Referred'";
        assert_eq!(number(&shop, told) as u64, truth.facts);
        // Every buyer is new in exactly one month.
        let new: u64 = overview.months.iter().map(|it| it.flow.new).sum();
        let buyers = overview.repeat.expect("somebody bought").buyers;
        assert_eq!(new, buyers as u64);
    });
}

#[test]
fn settling_twice_changes_nothing() {
    let seed = Seed::from_env_or(12);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 15));
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        let before = testkit::rows::tables(shop.store());
        shop.settle();
        assert_eq!(testkit::rows::tables(shop.store()), before);
        assert!(!shop.app().background_slice().expect("it settles"));
    });
}

#[test]
fn the_whole_world_told_again_is_all_duplicates() {
    let seed = Seed::from_env_or(13);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 15));
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        let before = testkit::rows::tables(shop.store());
        for event in world.events() {
            let verdicts = shop.record(vec![event]);
            assert_eq!(verdicts, [Verdict::Duplicate]);
        }
        assert_eq!(testkit::rows::tables(shop.store()), before);
    });
}

/// As the demo does it: products first, then everything as the past, in order of time.
#[test]
fn the_past_brought_in_whole_adds_up_with_its_costs() {
    let seed = Seed::from_env_or(14);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::small(seed));
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.clock().set(world.end());
        shop.import("products", world.history(0));
        let past: Vec<_> = world.past().collect();
        for events in past.chunks(100) {
            let verdicts = shop.record(events.to_vec());
            let taken = |it: &Verdict| matches!(it, Verdict::Accepted { .. });
            assert!(verdicts.iter().all(taken), "{verdicts:?}");
        }
        let (truth, fold) = (world.truth().totals, &shop.app().in_force().fold);
        let customers = testkit::checks::customers(shop.app());
        let metrics = customers.iter().map(|row| Metrics::of(&row.state, fold));
        let sums = metrics.fold([0; 5], |sums: [i64; 5], it| {
            let own = [
                it.net,
                it.margin.unwrap_or(0),
                it.discounts,
                it.visits,
                it.reviews,
            ];
            std::array::from_fn(|place| sums[place] + own[place])
        });
        let counts = [truth.visits, truth.reviews].map(|count| count as i64);
        let [visits, reviews] = counts;
        let expected = [
            truth.net(),
            truth.margin(),
            truth.discounts,
            visits,
            reviews,
        ];
        assert_eq!(sums, expected);
        let decided = "SELECT COUNT(*) AS n FROM facts WHERE kind = 'decided'";
        assert_eq!(number(&shop, decided), 0, "the past decides nothing");
    });
}
