//! Kaplan–Meier, log-rank and Cox against lifelines 0.30.3.

use crate::cdnow;
use crate::data::{Table, half_digit, near, near_share, table};
use science::linear::Matrix;
use science::survival::{
    DayCount, Observation, SurvivalCurve, fit_cox, kaplan_meier, kaplan_meier_counts, log_rank,
};

/// Rows of whole days, counted.
fn counted(rows: &[Observation]) -> Vec<DayCount> {
    let days = rows.iter().map(|row| row.duration as usize + 1).max();
    let mut counts = vec![DayCount::default(); days.unwrap_or(0)];
    for row in rows {
        let count = &mut counts[row.duration as usize];
        if row.happened {
            count.events += 1;
        } else {
            count.censored += 1;
        }
    }
    counts
}

fn observations(table: &Table, duration: &str, event: &str) -> Vec<Observation> {
    let durations: Vec<f64> = table.numbers(duration);
    let events: Vec<u8> = table.numbers(event);
    durations
        .into_iter()
        .zip(events)
        .map(|(duration, event)| Observation {
            duration,
            happened: event == 1,
        })
        .collect()
}

/// The rows whose word in a column is the given one.
fn chosen(rows: &[Observation], words: &[String], word: &str) -> Vec<Observation> {
    rows.iter()
        .zip(words)
        .filter(|(_, own)| *own == word)
        .map(|(row, _)| *row)
        .collect()
}

#[test]
fn kaplan_meier_on_rossi() {
    let Some(table) = table("survival_misc/rossi.csv") else {
        return;
    };
    let rows = observations(&table, "week", "arrest");
    let curve = kaplan_meier(&rows, 0.95).expect("432 rows");
    assert_eq!(
        kaplan_meier_counts(&counted(&rows), 0.95).as_ref(),
        Ok(&curve)
    );
    assert_eq!((curve.rows, curve.events), (432, 114));
    for (week, survival) in [
        (1.0, 0.9976852),
        (10.0, 0.9652778),
        (20.0, 0.9074074),
        (30.0, 0.8611111),
        (40.0, 0.8032407),
        (52.0, 0.7361111),
    ] {
        near("S", curve.survival_at(week), survival, half_digit(7));
    }
    let last = curve.step_at(52.0).expect("a last step");
    near("low", last.low, 0.69185972, half_digit(8));
    near("high", last.high, 0.77506318, half_digit(8));
    near(
        "hazard",
        last.cumulative_hazard,
        0.3051275337,
        half_digit(10),
    );
    assert_eq!(curve.median(), None);
    let groups = ["1", "0"].map(|fin| chosen(&rows, table.words("fin"), fin));
    let test = log_rank(&[&groups[0], &groups[1]]).expect("two groups");
    near("chi square", test.chi_square, 3.8375695766, 1e-9);
    near("p", test.p, 0.0501161174, half_digit(10));
}

#[test]
fn kaplan_meier_on_waltons() {
    let Some(table) = table("survival_misc/waltons_dataset.csv") else {
        return;
    };
    let rows = observations(&table, "T", "E");
    let curve = kaplan_meier(&rows, 0.95).expect("163 rows");
    assert_eq!(
        kaplan_meier_counts(&counted(&rows), 0.95).as_ref(),
        Ok(&curve)
    );
    assert_eq!((curve.rows, curve.events), (163, 156));
    assert_eq!(curve.median(), Some(56.0));
    for (time, survival) in [
        (20.0, 0.9136503),
        (40.0, 0.7778374),
        (56.0, 0.4299026),
        (60.0, 0.3115237),
    ] {
        near("S", curve.survival_at(time), survival, half_digit(7));
    }
    let control = chosen(&rows, table.words("group"), "control");
    let treated = chosen(&rows, table.words("group"), "miR-137");
    for (group, size, events, median) in [(&control, 129, 122, 58.0), (&treated, 34, 34, 26.0)] {
        let curve = kaplan_meier(group, 0.95).expect("a group");
        assert_eq!((curve.rows, curve.events), (size, events));
        assert_eq!(curve.median(), Some(median));
    }
    let test = log_rank(&[&control, &treated]).expect("two groups");
    near("chi square", test.chi_square, 122.2491255730, 1e-9);
    near_share("p", test.p, 2.03598e-28, 1e-5);
}

#[test]
fn cox_on_rossi() {
    let Some(table) = table("survival_misc/rossi.csv") else {
        return;
    };
    let rows = observations(&table, "week", "arrest");
    let names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"];
    let columns: Vec<Vec<f64>> = names.iter().map(|name| table.numbers(name)).collect();
    let values = (0..rows.len())
        .flat_map(|row| columns.iter().map(move |column| column[row]))
        .collect();
    let covariates = Matrix::new(rows.len(), names.len(), values).expect("finite values");
    let fit = fit_cox(&rows, &covariates, 0.0).expect("a fit");
    near(
        "log likelihood",
        fit.log_likelihood,
        -658.747659,
        half_digit(6),
    );
    near("ratio", fit.likelihood_ratio(), 33.265946, half_digit(6));
    near("concordance", fit.concordance, 0.6403292, half_digit(7));
    let expected = [
        (-0.379422, 0.191379),
        (-0.057438, 0.021999),
        (0.313900, 0.307993),
        (-0.149796, 0.212224),
        (-0.433704, 0.381868),
        (-0.084871, 0.195757),
        (0.091497, 0.028649),
    ];
    for (j, (coefficient, error)) in expected.into_iter().enumerate() {
        near(names[j], fit.coefficients[j], coefficient, half_digit(6));
        near(names[j], fit.standard_errors[j], error, half_digit(6));
    }
}

#[test]
fn time_to_the_second_order_of_cdnow() {
    let Some(customers) = cdnow::full() else {
        return;
    };
    let rows: Vec<Observation> = customers
        .iter()
        .map(|customer| Observation {
            duration: customer.second_after.0,
            happened: customer.second_after.1,
        })
        .collect();
    let curve = kaplan_meier_counts(&counted(&rows), 0.95).expect("rows");
    assert_eq!(kaplan_meier(&rows, 0.95).as_ref(), Ok(&curve));
    assert_eq!((curve.rows, curve.events), (23_570, 11_516));
    for (day, survival) in [
        (30.0, 0.8254137),
        (90.0, 0.7078065),
        (180.0, 0.6254985),
        (365.0, 0.5413661),
    ] {
        near("S", curve.survival_at(day), survival, half_digit(7));
        let by = curve.share_by(day).expect("watched so long");
        near("share", by.share, 1.0 - survival, half_digit(7));
    }
    rare_returns(&curve);
}

/// When most of those who return before a horizon have done so, against percentiles of 400
/// bootstrap samples of the customers, drawn and computed elsewhere (Python 3).
fn rare_returns(curve: &SurvivalCurve) {
    for (horizon, share, time, low, high) in [
        (180.0, 0.5, 34.0, 33.0, 35.0),
        (180.0, 0.8, 98.0, 95.0, 101.0),
        (180.0, 0.9, 134.0, 132.0, 137.0),
        (365.0, 0.5, 50.0, 48.0, 52.0),
        (365.0, 0.8, 171.0, 167.0, 174.0),
        (365.0, 0.9, 250.0, 244.0, 254.0),
    ] {
        let found = curve
            .time_by_share_of_those_before(share, horizon)
            .expect("events");
        assert_eq!((found.time, found.horizon), (time, horizon));
        near("low", found.low, low, 1.0);
        near("high", found.high.expect("bounded"), high, 1.0);
    }
}
