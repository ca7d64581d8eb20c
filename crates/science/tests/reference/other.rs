//! Trials against gbstats 0.8.0, drivers on `attitude`, STL against statsmodels 0.15.0.

use crate::data::{half_digit, near, near_share, table};
use science::drivers::{drivers, relative_weights, share_intervals};
use science::experiment::{
    Paired, RatioSums, Sample, Scale, confidence_sequence, cuped, sample_ratio, welch,
};
use science::linear::Matrix;
use science::stl::{Settings, decompose};

fn arm(count: usize, mean: f64, deviation: f64) -> Sample {
    Sample {
        count,
        mean,
        variance: deviation * deviation,
    }
}

#[test]
fn two_means() {
    let (a, b) = (arm(3407, 0.41, 3.9), arm(3461, 0.70, 6.2));
    let once = welch(&a, &b, Scale::Absolute, 0.95).expect("arms");
    near("effect", once.estimate, 0.29, 1e-12);
    near("error", once.standard_error, 0.1247836316, half_digit(10));
    near("low", once.low, 0.0453778926, half_digit(10));
    near("high", once.high, 0.5346221074, half_digit(10));
    near("p", once.p, 0.0201584026, half_digit(10));
    let share = welch(&a, &b, Scale::Relative, 0.95).expect("arms");
    near("effect", share.estimate, 0.7073170732, half_digit(10));
    near("error", share.standard_error, 0.3787943617, half_digit(10));
    near("low", share.low, -0.0352600891, half_digit(10));
    near("high", share.high, 1.4498942354, half_digit(10));
    near("p", share.p, 0.0619118275, half_digit(10));
    for (tuned, low, high, p) in [
        (5000.0, -0.0894100955, 0.6694100955, 0.2907445592),
        (1000.0, -0.1083620518, 0.6883620518, 0.5253733184),
    ] {
        let any = confidence_sequence(&a, &b, Scale::Absolute, 0.95, tuned).expect("arms");
        near("low", any.low, low, half_digit(10));
        near("high", any.high, high, half_digit(10));
        near("p", any.p, p, half_digit(10));
    }
}

#[test]
fn two_shares_and_a_ratio() {
    let (a, b) = (Sample::of_share(49, 100), Sample::of_share(51, 100));
    let (a, b) = (a.expect("trials"), b.expect("trials"));
    let once = welch(&a, &b, Scale::Absolute, 0.95).expect("arms");
    near("low", once.low, -0.1194148018, half_digit(10));
    near("high", once.high, 0.1594148018, half_digit(10));
    near("p", once.p, 0.7775495695, half_digit(10));
    let share = welch(&a, &b, Scale::Relative, 0.95).expect("arms");
    near("effect", share.estimate, 0.0408163265, half_digit(10));
    near("low", share.low, -0.2495682673, half_digit(10));
    near("high", share.high, 0.3312009204, half_digit(10));
    near("p", share.p, 0.7819265538, half_digit(10));
    let ratio = |sums: [f64; 5]| {
        Sample::of_ratio(&RatioSums {
            count: 1000,
            numerator: sums[0],
            numerator_squares: sums[1],
            denominator: sums[2],
            denominator_squares: sums[3],
            products: sums[4],
        })
        .expect("sums")
    };
    let a = ratio([500.0, 1200.0, 1500.0, 3000.0, 1100.0]);
    let b = ratio([560.0, 1350.0, 1520.0, 3100.0, 1200.0]);
    let once = welch(&a, &b, Scale::Absolute, 0.95).expect("arms");
    near("effect", once.estimate, 0.0350877193, half_digit(10));
    near("low", once.low, -0.0182622790, half_digit(10));
    near("high", once.high, 0.0884377176, half_digit(10));
    near("p", once.p, 0.1972592849, 1e-10);
}

#[test]
fn splits_as_planned() {
    let halves = sample_ratio(&[1000, 1100], &[0.5, 0.5]).expect("arms");
    near("p", halves.p, 0.0290963318, 1e-10);
    let thirds = sample_ratio(&[500, 500, 600], &[1.0, 1.0, 1.0]).expect("arms");
    near("p", thirds.p, 0.0019304541, half_digit(10));
}

#[test]
fn adjusted_by_the_past() {
    let mut arms = [const { (Vec::new(), Vec::new()) }; 2];
    for index in 1..=200_u32 {
        let i = f64::from(index);
        let before = 10.0 + 3.0 * i.sin();
        let odd = index % 2;
        let (past, now) = &mut arms[odd as usize];
        past.push(before);
        now.push(2.0 + 0.8 * before + (2.0 * i).cos() + 0.5 * f64::from(odd));
    }
    let paired = |odd: usize| Paired {
        before: &arms[odd].0,
        during: &arms[odd].1,
    };
    let found = cuped(paired(0), paired(1), 0.95).expect("arms");
    near("θ", found.theta, 0.8005786240, half_digit(10));
    near("plain", found.plain.estimate, 0.5148417151, half_digit(10));
    near("low", found.plain.low, -0.0014811564, half_digit(10));
    near("high", found.plain.high, 1.0311645867, half_digit(10));
    near("p", found.plain.p, 0.0506544387, half_digit(10));
    near(
        "adjusted",
        found.adjusted.estimate,
        0.5009903286,
        half_digit(10),
    );
    near("low", found.adjusted.low, 0.3032609535, half_digit(10));
    near("high", found.adjusted.high, 0.6987197036, half_digit(10));
    near_share("p", found.adjusted.p, 1.27958771e-6, 1e-8);
}

#[test]
fn drivers_of_attitude() {
    let Some(table) = table("attitude/attitude.csv") else {
        return;
    };
    let names = [
        "complaints",
        "privileges",
        "learning",
        "raises",
        "critical",
        "advance",
    ];
    let columns: Vec<Vec<f64>> = names.iter().map(|name| table.numbers(name)).collect();
    let values = (0..30)
        .flat_map(|row| columns.iter().map(move |column| column[row]))
        .collect();
    let covariates = Matrix::new(30, 6, values).expect("finite values");
    let rating: Vec<f64> = table.numbers("rating");
    let found = drivers(&rating, &covariates).expect("drivers");
    near("R²", found.r_squared, 0.7326019925, half_digit(10));
    near("constant", found.intercept, 10.787076, half_digit(6));
    let expected = [
        (0.613188, 0.37081619),
        (-0.073050, 0.05090379),
        (0.320332, 0.15576599),
        (0.081732, 0.12034508),
        (0.038381, 0.00658872),
        (-0.217057, 0.02818221),
    ];
    for (j, (slope, share)) in expected.into_iter().enumerate() {
        near(names[j], found.slopes[j], slope, half_digit(6));
        near(names[j], found.shares[j], share, half_digit(8));
    }
    let weights = relative_weights(&rating, &covariates).expect("weights");
    let expected = [
        0.36276020, 0.05600228, 0.16361091, 0.12178040, 0.00825547, 0.02019274,
    ];
    for (j, expected) in expected.into_iter().enumerate() {
        near(names[j], weights[j], expected, half_digit(8));
    }
    let intervals = share_intervals(&rating, &covariates, 400, 1, 0.95).expect("intervals");
    let (low, high) = intervals[0];
    assert!(low > 0.1 && low < 0.37 && high > 0.37, "{low} {high}");
}

/// The values come from statsmodels run on the same formula. The `co2` series that it brings along
/// (trend 315.100256, 321.451628, 371.485942; robust 315.058458, 321.436049, 371.436090) was
/// compared once by hand and agrees to the printed digits.
#[test]
fn a_series_taken_apart() {
    let mut values: Vec<f64> = (0..120_u32)
        .map(|at| {
            let t = f64::from(at);
            let season = 8.0 * (2.0 * std::f64::consts::PI * t / 12.0).sin();
            50.0 + 0.3 * t + season + 3.0 * f64::from(at * at).cos()
        })
        .collect();
    values[60] += 40.0;
    let plain = decompose(&values, Settings::usual(12, 13, false)).expect("a series");
    let robust = decompose(&values, Settings::usual(12, 13, true)).expect("a series");
    let at = [0, 60, 119];
    for (parts, trend, season, rest) in [
        (
            &plain,
            [50.4687343801, 72.0573396319, 86.1862345860],
            [-0.4492761143, 6.1159784452, -3.8652298176],
            32.7218171504,
        ),
        (
            &robust,
            [50.2638345572, 68.5469728221, 86.3496817492],
            [0.6406355499, 0.5043266659, -3.9974642075],
            41.8438357395,
        ),
    ] {
        for (place, index) in at.into_iter().enumerate() {
            near("trend", parts.trend[index], trend[place], 1e-9);
            near("season", parts.season[index], season[place], 1e-9);
        }
        near("rest", parts.rest[60], rest, 1e-9);
    }
    assert_eq!(robust.weights[60], 0.0);
    let deviations = robust.deviations().expect("the rests differ");
    assert!(deviations[60] > 8.0, "{}", deviations[60]);
    let weekly: Vec<f64> = (0..120_u32)
        .map(|at| {
            let weekend = [0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 5.0][(at % 7) as usize];
            100.0 + 0.01 * f64::from(at) + weekend + 2.0 * f64::from(at * at).sin()
        })
        .collect();
    let parts = decompose(&weekly, Settings::usual(7, 7, false)).expect("a series");
    let trend = [101.9972712249, 102.8890036332, 102.9495591741];
    let season = [-2.1201996982, -2.3836972380, -3.0581300140];
    for (place, index) in at.into_iter().enumerate() {
        near("trend", parts.trend[index], trend[place], 1e-9);
        near("season", parts.season[index], season[place], 1e-9);
    }
}
