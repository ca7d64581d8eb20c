//! Online Retail and CDNOW: RFM, concentration, cohorts and gaps against pandas 2.3.3.

use crate::cdnow;
use crate::data::{half_digit, near, retail};
use science::cohorts::{Activity, Cohort, CohortCounter, cohorts};
use science::concentration::{Concentration, concentration, concentration_of};
use science::replenishment::{fit_rhythm, regularity};
use science::rfm::{Buyer, Scores, rank_scores, rank_scores_of};
use science::summary::{moments, moments_of_sums, quantile};
use science::verdict::Verdict;

/// Money of a customer in thousandths, the smallest part in which Online Retail has prices.
fn thousandths(revenue: f64) -> i64 {
    (revenue * 1000.0).round() as i64
}

#[test]
fn scores_of_online_retail() {
    let mut buyers = Vec::new();
    let snapshot = retail().snapshot_day;
    for customer in retail().customers.values() {
        buyers.push(Buyer {
            recency_days: f64::from(snapshot - customer.days.last().expect("a day")),
            orders: customer.invoices.len() as f64,
            revenue: customer.revenue,
        });
    }
    assert_eq!(buyers.len(), 4338);
    let recency: Vec<f64> = buyers.iter().map(|buyer| buyer.recency_days).collect();
    assert_eq!(quantile(&recency, 0.5), Ok(51.0));
    let scores = rank_scores(&buyers, 5).expect("buyers");
    let customers = || retail().customers.values();
    let days: Vec<u32> = customers()
        .map(|customer| u32::try_from(*customer.days.last().expect("a day")).expect("after 1970"))
        .collect();
    let orders: Vec<u32> = customers()
        .map(|customer| u32::try_from(customer.invoices.len()).expect("few invoices"))
        .collect();
    let money: Vec<i64> = customers()
        .map(|customer| thousandths(customer.revenue))
        .collect();
    let columns = rank_scores_of(&days, &orders, &money, 5);
    assert_eq!(columns.as_ref(), Ok(&scores));
    let all = |score: u8| Scores {
        recency: score,
        frequency: score,
        money: score,
    };
    let best: Vec<f64> = buyers
        .iter()
        .zip(&scores)
        .filter(|(_, score)| **score == all(5))
        .map(|(buyer, _)| buyer.revenue)
        .collect();
    let total: f64 = buyers.iter().map(|buyer| buyer.revenue).sum();
    assert_eq!(best.len(), 348);
    let share = best.iter().sum::<f64>() / total;
    near("revenue of 555", share, 0.438221, half_digit(6));
    let worst = scores.iter().filter(|score| **score == all(1)).count();
    assert_eq!(worst, 184);
}

#[test]
fn concentration_of_online_retail() {
    let customers = retail().customers.values();
    let revenue: Vec<f64> = customers.clone().map(|customer| customer.revenue).collect();
    let orders: Vec<f64> = customers
        .map(|customer| customer.invoices.len() as f64)
        .collect();
    let thousands: Vec<i64> = revenue
        .iter()
        .map(|&revenue| thousandths(revenue))
        .collect();
    let exact = concentration_of(&thousands).expect("revenue");
    assert_eq!(exact.total, 8_911_407_904.0);
    let spread = concentration(&revenue).expect("revenue");
    near("revenue", spread.total, 8_911_407.904, 1e-6);
    for spread in [&spread, &exact] {
        near("Gini", spread.gini, 0.71513962, half_digit(8));
        for (share, expected) in [
            (0.01, 0.319989),
            (0.05, 0.503781),
            (0.10, 0.613751),
            (0.20, 0.746171),
        ] {
            near("top", spread.top_share(share), expected, half_digit(6));
            let contrast = spread.best_against_worst(share);
            assert_eq!(contrast.best, spread.top_share(share));
        }
    }
    let whole: Vec<i64> = orders.iter().map(|&orders| orders as i64).collect();
    let spreads: [Concentration; 2] = [
        concentration(&orders).expect("orders"),
        concentration_of(&whole).expect("orders"),
    ];
    for spread in spreads {
        near("orders", spread.total, 18_532.0, 0.0);
        near("Gini", spread.gini, 0.54144566, half_digit(8));
    }
    let repeat = orders.iter().filter(|&&orders| orders > 1.0).count();
    assert_eq!(repeat, 2845);
}

#[test]
fn cohorts_of_online_retail() {
    let mut activities = Vec::new();
    for (member, customer) in &retail().customers {
        for month in &customer.months {
            activities.push(Activity {
                member: *member,
                period: *month,
            });
        }
    }
    let found = cohorts(&activities);
    assert_eq!(counted_cohorts(), found);
    assert_eq!(
        found[0].active,
        [
            885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235
        ]
    );
    assert_eq!(
        found[1].active,
        [417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49]
    );
    let sizes: Vec<u32> = found.iter().map(|cohort| cohort.active[0]).collect();
    assert_eq!(
        sizes,
        [
            885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41
        ]
    );
}

/// The cohorts counted member by member, in three parts.
fn counted_cohorts() -> Vec<Cohort> {
    let month = |year: i32, month: i32| 12 * year + month;
    let empty = CohortCounter::new(month(2010, 12), month(2011, 12)).expect("13 months");
    let mut parts = [empty.clone(), empty.clone(), empty.clone()];
    for (row, customer) in retail().customers.values().enumerate() {
        let months = customer.months.iter().copied();
        parts[row % 3].add(months).expect("months of the data");
    }
    let mut whole = empty;
    for part in parts {
        whole.merge(&part).expect("one span");
    }
    whole.finish()
}

#[test]
fn gaps_of_online_retail() {
    let mut gaps = Vec::new();
    for customer in retail().customers.values() {
        let days: Vec<i32> = customer.days.iter().copied().collect();
        for pair in days.windows(2) {
            gaps.push(f64::from(pair[1] - pair[0]));
        }
    }
    let found = moments(&gaps).expect("gaps");
    assert_eq!(found.count, 12_425);
    near("mean", found.mean, 45.65690, half_digit(5));
    let whole = || gaps.iter().map(|&gap| gap as i128);
    let count = gaps.len() as u64;
    let squares = whole().map(|gap| gap * gap).sum();
    let summed = moments_of_sums(count, whole().sum(), squares).expect("gaps");
    near("mean", summed.mean, found.mean, 1e-12);
    near("variance", summed.variance, found.variance, 1e-8);
    for (share, expected) in [(0.5, 28.0), (0.8, 70.0), (0.9, 110.0)] {
        assert_eq!(quantile(&gaps, share), Ok(expected));
    }
}

#[test]
fn concentration_and_regularity_of_cdnow() {
    let Some(customers) = cdnow::full() else {
        return;
    };
    let revenue: Vec<f64> = customers.iter().map(|customer| customer.revenue).collect();
    let spread = concentration(&revenue).expect("revenue");
    near("revenue", spread.total, 2_500_315.63, 1e-6);
    let cents: Vec<i64> = revenue
        .iter()
        .map(|revenue| (revenue * 100.0).round() as i64)
        .collect();
    let exact = concentration_of(&cents).expect("revenue");
    assert_eq!(exact.total, 250_031_563.0);
    for spread in [spread, exact] {
        near("Gini", spread.gini, 0.63457118, half_digit(8));
        near("top 10 %", spread.top_share(0.1), 0.509427, half_digit(6));
        near("top 20 %", spread.top_share(0.2), 0.677774, half_digit(6));
    }
    let gaps: Vec<Vec<f64>> = customers
        .into_iter()
        .map(|customer| customer.gaps)
        .collect();
    let found = regularity(&gaps).expect("histories");
    assert_eq!(found.histories, 7476);
    near("variance", found.variance, 0.08677197, half_digit(8));
    near("shape", found.shape, 0.94055731, half_digit(8));
    assert!(matches!(fit_rhythm(&gaps), Err(Verdict::Irregular { .. })));
}
