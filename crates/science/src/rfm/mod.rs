//! Recency, frequency and money as scores.

mod tiles;

pub use tiles::{rank_scores_of, tiles, tiles_u32};

use crate::verdict::{Verdict, all_finite};

/// The three measures of one buyer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buyer {
    /// Days since the last purchase.
    pub recency_days: f64,
    /// Orders.
    pub orders: f64,
    /// Revenue, in any one unit of money.
    pub revenue: f64,
}

/// Scores from 1 (worst) to the number of bands (best).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scores {
    /// Recent buyers score high.
    pub recency: u8,
    /// Frequent buyers score high.
    pub frequency: u8,
    /// Big spenders score high.
    pub money: u8,
}

/// Scores by rank: ceil(bands·rank/n), so that each band holds the same number of buyers.
///
/// Ties are ranked in the order of the rows, so give them by customer id to get the same scores
/// every time. For recency the longest ago ranks first, that is lowest.
///
/// # Errors
/// [`Verdict::Empty`], [`Verdict::NotFinite`], [`Verdict::BadOption`] when `bands` is 0.
pub fn rank_scores(buyers: &[Buyer], bands: u8) -> Result<Vec<Scores>, Verdict> {
    let recency: Vec<f64> = buyers.iter().map(|buyer| -buyer.recency_days).collect();
    let orders: Vec<f64> = buyers.iter().map(|buyer| buyer.orders).collect();
    let revenue: Vec<f64> = buyers.iter().map(|buyer| buyer.revenue).collect();
    let recency = bands_by_rank(&recency, bands)?;
    let frequency = bands_by_rank(&orders, bands)?;
    let money = bands_by_rank(&revenue, bands)?;
    Ok(together(&recency, &frequency, &money))
}

/// Scores by fixed limits that the shop owns: 1 plus the number of limits reached, so four
/// limits make five bands. `recency_days` limits are given falling (90, 60, 30, 7: score 5 within
/// a week), the others rising.
///
/// # Errors
/// [`Verdict::Empty`], [`Verdict::NotFinite`], [`Verdict::BadOption`] when limits are not in
/// their order or more than 250.
pub fn limit_scores(
    buyers: &[Buyer],
    recency_days: &[f64],
    orders: &[f64],
    revenue: &[f64],
) -> Result<Vec<Scores>, Verdict> {
    if buyers.is_empty() {
        return Err(Verdict::Empty);
    }
    let falling: Vec<f64> = recency_days.iter().map(|limit| -limit).collect();
    for limits in [&falling[..], orders, revenue] {
        // An incomparable pair (NaN) must fail here too.
        let rising = limits.windows(2).all(|pair| pair[0] < pair[1]);
        if !rising || limits.len() > 250 || limits.iter().any(|limit| limit.is_nan()) {
            return Err(Verdict::BadOption {
                rule: "the limits of scores stand in their order",
            });
        }
    }
    let score = |value: f64, limits: &[f64]| {
        let reached = limits.partition_point(|&limit| limit <= value);
        u8::try_from(reached + 1).expect("at most 250 limits")
    };
    let mut scores = Vec::with_capacity(buyers.len());
    for (row, buyer) in buyers.iter().enumerate() {
        all_finite(&[buyer.recency_days, buyer.orders, buyer.revenue])
            .map_err(|_| Verdict::NotFinite { row })?;
        scores.push(Scores {
            recency: score(-buyer.recency_days, &falling),
            frequency: score(buyer.orders, orders),
            money: score(buyer.revenue, revenue),
        });
    }
    Ok(scores)
}

fn together(recency: &[u8], frequency: &[u8], money: &[u8]) -> Vec<Scores> {
    recency
        .iter()
        .zip(frequency)
        .zip(money)
        .map(|((&recency, &frequency), &money)| Scores {
            recency,
            frequency,
            money,
        })
        .collect()
}

fn bands_by_rank(values: &[f64], bands: u8) -> Result<Vec<u8>, Verdict> {
    if values.is_empty() {
        return Err(Verdict::Empty);
    }
    if bands == 0 {
        return Err(Verdict::BadOption {
            rule: "there is at least one band",
        });
    }
    all_finite(values)?;
    let mut order: Vec<usize> = (0..values.len()).collect();
    // Stable, so ties keep the order of the rows.
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut scores = vec![0; values.len()];
    for (before, row) in order.into_iter().enumerate() {
        let score = ((before + 1) * usize::from(bands)).div_ceil(values.len());
        scores[row] = u8::try_from(score).expect("a rank is at most the number of rows");
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn buyer(recency_days: f64, orders: f64, revenue: f64) -> Buyer {
        Buyer {
            recency_days,
            orders,
            revenue,
        }
    }

    #[test]
    fn the_recent_the_frequent_and_the_generous_score_high() {
        let buyers = [buyer(100.0, 1.0, 5.0), buyer(3.0, 7.0, 90.0)];
        let scores = rank_scores(&buyers, 2).expect("two buyers");
        assert!(scores[0] < scores[1]);
        let fixed = limit_scores(&buyers, &[60.0, 7.0], &[2.0, 5.0], &[50.0]).expect("limits");
        let pick = |scores: Scores| (scores.recency, scores.frequency, scores.money);
        assert_eq!(
            fixed.into_iter().map(pick).collect::<Vec<_>>(),
            [(1, 1, 1), (3, 3, 2)]
        );
    }

    #[test]
    fn degenerate_buyers_get_a_verdict() {
        assert_eq!(rank_scores(&[], 5), Err(Verdict::Empty));
        assert!(rank_scores(&[buyer(1.0, 1.0, 1.0)], 0).is_err());
        assert!(rank_scores(&[buyer(f64::NAN, 1.0, 1.0)], 5).is_err());
        assert!(limit_scores(&[buyer(1.0, 1.0, 1.0)], &[7.0, 60.0], &[], &[]).is_err());
        assert_eq!(
            rank_scores(&[buyer(1.0, 1.0, 1.0)], 5).expect("one").len(),
            1
        );
    }

    proptest! {
        #[test]
        fn bands_are_even_and_units_do_not_matter(
            revenues in prop::collection::vec(0.0_f64..1e6, 1..80),
            unit in 0.01_f64..100.0,
        ) {
            let first: Vec<Buyer> = revenues.iter().map(|&r| buyer(r, r, r)).collect();
            let second: Vec<Buyer> =
                revenues.iter().map(|&r| buyer(r, r, r * unit)).collect();
            let scores = rank_scores(&first, 5).expect("buyers");
            prop_assert_eq!(&scores, &rank_scores(&second, 5).expect("buyers"));
            for band in 1..=5 {
                let held = scores.iter().filter(|score| score.money == band).count();
                prop_assert!(held.abs_diff(revenues.len() / 5) <= 1);
            }
        }
    }
}
