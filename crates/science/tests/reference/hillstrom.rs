//! Hillstrom's e-mail trial: effects and regressions against statsmodels 0.15.0, CUPED against
//! gbstats 0.8.0.

use crate::data::{Table, half_digit, near, table};
use science::churn::{calibration, fit_logistic};
use science::experiment::{Paired, Sample, Scale, cuped, welch};
use science::linear::Matrix;

const NONE: &str = "No E-Mail";
const MEN: &str = "Mens E-Mail";
const WOMEN: &str = "Womens E-Mail";

fn hillstrom() -> Option<Table> {
    table("hillstrom/hillstrom.csv")
}

fn of_segment(table: &Table, measure: &str, segment: &str) -> Vec<f64> {
    let values: Vec<f64> = table.numbers(measure);
    let rows = values.into_iter().zip(table.words("segment"));
    rows.filter(|(_, own)| *own == segment)
        .map(|(value, _)| value)
        .collect()
}

#[test]
fn effects_of_the_mails() {
    let Some(table) = hillstrom() else {
        return;
    };
    for (segment, measure, effect, error) in [
        (MEN, "visit", 0.07658956, 0.00338589),
        (MEN, "conversion", 0.00680501, 0.00092087),
        (MEN, "spend", 0.76982716, 0.14524656),
        (WOMEN, "visit", 0.04523311, 0.00323446),
        (WOMEN, "conversion", 0.00311106, 0.00082268),
        (WOMEN, "spend", 0.42441222, 0.13033286),
    ] {
        let none = Sample::of(&of_segment(&table, measure, NONE)).expect("an arm");
        let own = Sample::of(&of_segment(&table, measure, segment)).expect("an arm");
        let found = welch(&none, &own, Scale::Absolute, 0.95).expect("arms");
        near(measure, found.estimate, effect, half_digit(8));
        near(measure, found.standard_error, error, half_digit(8));
    }
}

#[test]
fn the_past_says_little_here() {
    let Some(table) = hillstrom() else {
        return;
    };
    let arms = [NONE, WOMEN].map(|segment| {
        let before = of_segment(&table, "history", segment);
        (before, of_segment(&table, "spend", segment))
    });
    let paired = |arm: usize| Paired {
        before: &arms[arm].0,
        during: &arms[arm].1,
    };
    let found = cuped(paired(0), paired(1), 0.95).expect("arms");
    near("θ", found.theta, 0.0010346513, half_digit(10));
    near(
        "effect",
        found.adjusted.estimate,
        0.4227009232,
        half_digit(10),
    );
    near("cut", found.variance_cut, 0.00038, half_digit(5));
}

/// Visits and the nine features of the rows of one segment whose number leaves `rest` by two.
fn visits(table: &Table, segment: &str, rest: usize) -> (Vec<bool>, Matrix) {
    let segments = table.words("segment");
    let rows: Vec<usize> = (0..segments.len())
        .filter(|&row| row % 2 == rest && segments[row] == segment)
        .collect();
    let numbers =
        ["recency", "history", "mens", "womens", "newbie"].map(|name| table.numbers::<f64>(name));
    let is = |name: &str, row: usize, word: &str| f64::from(table.words(name)[row] == word);
    let mut values = Vec::new();
    for &row in &rows {
        let [recency, history, mens, womens, newbie] = [0, 1, 2, 3, 4].map(|j| numbers[j][row]);
        values.extend([recency, history.ln(), mens, womens, newbie]);
        values.extend(["Urban", "Rural"].map(|word| is("zip_code", row, word)));
        values.extend(["Web", "Multichannel"].map(|word| is("channel", row, word)));
    }
    let all: Vec<u8> = table.numbers("visit");
    let outcomes = rows.iter().map(|&row| all[row] == 1).collect();
    let matrix = Matrix::new(rows.len(), 9, values).expect("finite values");
    (outcomes, matrix)
}

#[test]
fn who_visits() {
    let Some(table) = hillstrom() else {
        return;
    };
    let treated = [
        -2.70610152,
        -0.04428875,
        0.10787682,
        0.40045062,
        0.95654652,
        -0.48720606,
        -0.09687559,
        0.18658798,
        0.26465924,
        0.16343202,
    ];
    let control = [
        -2.94591724,
        -0.07494592,
        0.11565344,
        0.56148107,
        0.61294053,
        -0.63852163,
        -0.05428730,
        0.51766177,
        0.36263217,
        0.22945362,
    ];
    for (segment, coefficients, likelihood) in [
        (WOMEN, treated, -4388.842530),
        (NONE, control, -3476.940926),
    ] {
        let (outcomes, matrix) = visits(&table, segment, 0);
        let fit = fit_logistic(&outcomes, &matrix, 0.0).expect("a fit");
        near("likelihood", fit.log_likelihood, likelihood, half_digit(6));
        near("constant", fit.intercept, coefficients[0], half_digit(8));
        for (got, expected) in fit.coefficients.iter().zip(&coefficients[1..]) {
            near("coefficient", *got, *expected, half_digit(8));
        }
        // On rows it has not seen, most chances are what they say.
        let (outcomes, matrix) = visits(&table, segment, 1);
        let chance = |row| fit.probability(matrix.row(row)).expect("nine features");
        let chances: Vec<f64> = (0..matrix.rows()).map(chance).collect();
        let curve = calibration(&chances, &outcomes, 10).expect("rows");
        let near_diagonal = |band: &&science::churn::Band| {
            band.happened.low <= band.predicted && band.predicted <= band.happened.high
        };
        let honest = curve.bands.iter().filter(near_diagonal).count();
        assert!(honest >= 6, "{curve:?}");
        assert!(curve.brier < curve.brier_of_share);
    }
}
