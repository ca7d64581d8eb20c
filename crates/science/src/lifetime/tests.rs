//! What must hold whatever the data: exact slopes, one result on any number of cores, no unit of
//! time preferred, and a verdict where nothing can be told.

use super::*;
use crate::optimise::Surface;
use crate::verdict::Verdict;
use proptest::prelude::*;

fn history(repeats: u32, last: f64, observed: f64) -> Purchases {
    Purchases {
        repeats,
        last,
        observed,
    }
}

/// A small shop in which some leave: many with few purchases, some with many.
fn shop(unit: f64) -> Vec<Purchases> {
    let mut rows = Vec::new();
    for index in 0..600_u32 {
        let observed = unit * f64::from(20 + index % 19);
        let repeats = match index % 10 {
            0..5 => 0,
            5 | 6 => 1,
            7 => 2,
            8 => 3 + index % 4,
            _ => 8 + index % 9,
        };
        let part = [0.05, 0.3, 0.6, 0.95][(index / 10 % 4) as usize];
        let last = if repeats == 0 { 0.0 } else { observed * part };
        rows.push(history(repeats, last, observed));
    }
    rows
}

fn population(rows: &[Purchases]) -> Population {
    Population::new(rows).expect("valid rows")
}

/// Slope and curvature against differences of value and slope.
fn check_derivatives(surface: impl Fn(&[f64]) -> Surface, at: &[f64]) {
    let here = surface(at);
    for j in 0..at.len() {
        let moved = |shift: f64| {
            let mut point = at.to_vec();
            point[j] += shift;
            surface(&point)
        };
        let (above, below) = (moved(1e-5), moved(-1e-5));
        let slope = (above.value - below.value) / 2e-5;
        let scale = here.gradient[j].abs().max(1.0);
        assert!(
            (slope - here.gradient[j]).abs() < 1e-4 * scale,
            "{j}: {slope} {here:?}"
        );
        for k in 0..at.len() {
            let bend = (above.gradient[k] - below.gradient[k]) / 2e-5;
            let exact = here.hessian.at(j, k);
            assert!(
                (bend - exact).abs() < 1e-4 * exact.abs().max(1.0),
                "{j} {k}: {bend} {exact}"
            );
        }
    }
}

#[test]
fn slopes_and_curvatures_are_exact() {
    let shop = population(&shop(1.0));
    let at = [-0.4, 1.3, 0.2, 0.9];
    check_derivatives(|at| negative_binomial::surface(&shop, at), &at[..2]);
    let (plain, modified) = (beta_geometric::BETA_GEOMETRIC, beta_geometric::MODIFIED);
    check_derivatives(|at| beta_geometric::surface(plain, &shop, at), &at);
    check_derivatives(|at| beta_geometric::surface(modified, &shop, at), &at);
    check_derivatives(|at| pareto::surface(&shop, at), &at);
    check_derivatives(|at| pareto::surface(&shop, at), &[0.3, 2.0, -0.5, 1.0]);
}

#[test]
fn any_number_of_cores_gives_the_same_bytes() {
    let rows = shop(1.0);
    for kind in Kind::ALL {
        let on = |cores: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(cores);
            let pool = pool.build().expect("threads");
            pool.install(|| fit(&population(&rows), kind).expect("a fit"))
        };
        let (one, three) = (on(1), on(3));
        assert_eq!(format!("{one:?}"), format!("{three:?}"));
    }
}

#[test]
fn units_of_time_and_the_order_of_rows_do_not_matter() {
    let weeks = shop(1.0);
    let mut days = shop(7.0);
    days.reverse();
    for kind in Kind::ALL {
        let week = fit(&population(&weeks), kind).expect("a fit");
        let day = fit(&population(&days), kind).expect("a fit");
        assert_eq!(week.model.kind(), kind, "{:?}", week.notes);
        let ratio =
            |index: usize| day.model.parameters()[index].1 / week.model.parameters()[index].1;
        assert!((ratio(0) - 1.0).abs() < 1e-6 && (ratio(1) - 7.0).abs() < 1e-5);
        let one = week.model.expected(&history(3, 10.0, 20.0), 5.0);
        let same = day.model.expected(&history(3, 70.0, 140.0), 35.0);
        assert!((one - same).abs() < 1e-7 * one);
        let forecast = week.forecast(&population(&weeks), 10.0);
        assert!(forecast.standard_error.is_some_and(|error| error > 0.0));
    }
}

#[test]
fn what_tells_nothing_gets_a_verdict() {
    let told = |rows: &[Purchases], kind| Population::new(rows).and_then(|all| fit(&all, kind));
    for kind in Kind::ALL {
        assert_eq!(told(&[], kind), Err(Verdict::Empty));
        assert_eq!(
            told(&[history(0, 0.0, 9.0); 50], kind),
            Err(Verdict::NoRepeats)
        );
        assert_eq!(
            told(&[history(0, 0.0, 0.0); 50], kind),
            Err(Verdict::NoTime)
        );
        let one = told(&[history(3, 4.0, 9.0)], kind);
        assert_eq!(one, Err(Verdict::TooFew { have: 1, need: 10 }));
        let nan = told(&[history(1, f64::NAN, 9.0)], kind);
        assert_eq!(nan, Err(Verdict::NotFinite { row: 0 }));
        for wrong in [
            history(1, 10.0, 9.0),
            history(1, 0.0, 9.0),
            history(0, 1.0, 9.0),
        ] {
            assert!(matches!(
                told(&[wrong], kind),
                Err(Verdict::OutOfRange { row: 0, .. })
            ));
        }
    }
}

#[test]
fn equal_customers_are_a_boundary_and_it_is_said() {
    let rows = [history(4, 18.0, 20.0); 200];
    for kind in Kind::ALL {
        let found = fit(&population(&rows), kind).expect("a fit at the bound");
        assert!(
            found.notes.contains(&Verdict::NoHeterogeneity {
                of: "how often they buy"
            }),
            "{kind:?}: {:?}",
            found.notes
        );
        let expected = found.model.expected(&rows[0], 10.0);
        assert!(
            expected.is_finite() && expected > 0.0 && expected < 2.5,
            "{expected}"
        );
    }
}

#[test]
fn nobody_leaving_is_told_apart_from_leaving() {
    // Everybody bought just now.
    let rows: Vec<Purchases> = (0..300_u32)
        .map(|index| history(1 + index % 12, 29.9, 30.0))
        .collect();
    for kind in [Kind::BgNbd, Kind::ParetoNbd] {
        let found = fit(&population(&rows), kind).expect("a fallback");
        assert_eq!(found.model.kind(), Kind::Nbd, "{:?}", found.notes);
        assert!(found.notes.contains(&Verdict::DropoutNotIdentified));
    }
}

#[test]
fn a_forecast_at_a_equal_to_one_is_no_exception() {
    let at = |a: f64| {
        LifetimeModel::new(Kind::BgNbd, &[0.3, 5.0, a, 2.0])
            .expect("positive")
            .expected(&history(4, 20.0, 30.0), 20.0)
    };
    let between = f64::midpoint(at(1.0 - 1e-5), at(1.0 + 1e-5));
    assert!((at(1.0) - between).abs() < 1e-9, "{} {between}", at(1.0));
}

#[test]
fn worth_later_is_worth_less() {
    let row = history(4, 20.0, 30.0);
    for (kind, parameters) in [
        (Kind::Nbd, vec![0.3, 5.0]),
        (Kind::BgNbd, vec![0.3, 5.0, 0.9, 2.0]),
        (Kind::MbgNbd, vec![0.3, 5.0, 0.9, 2.0]),
        (Kind::ParetoNbd, vec![0.5, 9.0, 0.6, 11.0]),
    ] {
        let model = LifetimeModel::new(kind, &parameters).expect("positive");
        let month = Discount {
            period: 4.345,
            rate: 0.01,
        };
        let worth = model.discounted(&row, 12, month).expect("a month");
        let free = Discount { rate: 0.0, ..month };
        let full = model.discounted(&row, 12, free).expect("a month");
        assert!(worth < full);
        assert!((full - model.expected(&row, 12.0 * 4.345)).abs() < 1e-9);
        // By small steps to where nothing is left, the residual comes out.
        let rate = 0.01;
        let week = Discount {
            period: 1.0,
            rate: f64::exp_m1(rate),
        };
        let stepped = model.discounted(&row, 3000, week).expect("a week");
        let residual = model.residual(&row, rate).expect("a rate");
        assert!(
            (stepped / residual - (-rate / 2.0).exp()).abs() < 2e-3,
            "{kind:?} {stepped} {residual}"
        );
        assert!(model.residual(&row, 0.0).is_err());
        assert_eq!(model.expected(&row, f64::NAN), 0.0);
    }
}

#[test]
fn days_become_a_history_and_a_holdout() {
    let (row, later) = Purchases::split(&[21, 0, 0, 7, 40, 40], 35, 7.0).expect("a customer");
    assert_eq!((row, later), (history(2, 3.0, 5.0), 1));
    let (row, later) = Purchases::split(&[35], 35, 7.0).expect("a customer");
    assert_eq!((row, later), (Purchases::new_customer(), 0));
    assert_eq!(Purchases::split(&[36], 35, 7.0), None);
    assert_eq!(Purchases::split(&[], 35, 7.0), None);
    assert_eq!(Purchases::split(&[1], 35, 0.0), None);
}

/// Uniform numbers above 0 from a fixed sequence.
struct Chance(u64);

impl Chance {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11;
        (mixed as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, rate: f64) -> f64 {
        -self.uniform().ln() / rate
    }

    /// Marsaglia & Tsang 2000, with a power of a uniform for shapes below 1.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let angle = std::f64::consts::TAU * self.uniform();
            let normal = (-2.0 * self.uniform().ln()).sqrt() * angle.cos();
            let cube = (1.0 + normal / (9.0 * d).sqrt()).powi(3);
            if cube > 0.0
                && self.uniform().ln() < normal * normal / 2.0 + d - d * cube + d * cube.ln()
            {
                return d * cube;
            }
        }
    }

    /// A customer of the given kind of shop, watched for `observed`.
    fn customer(&mut self, kind: Kind, [r, alpha, c, d]: [f64; 4], observed: f64) -> Purchases {
        let rate = self.gamma(r) / alpha;
        let (one, two) = (self.gamma(c), self.gamma(d));
        let chance = one / (one + two);
        let mut leaves = match kind {
            Kind::ParetoNbd => self.exponential(one / d),
            _ => observed,
        };
        if kind == Kind::MbgNbd && self.uniform() < chance {
            leaves = 0.0;
        }
        let (mut at, mut repeats, mut last) = (0.0, 0, 0.0);
        loop {
            at += self.exponential(rate);
            if at > leaves.min(observed) {
                return history(repeats, last, observed);
            }
            (repeats, last) = (repeats + 1, at);
            if kind != Kind::ParetoNbd && self.uniform() < chance {
                leaves = at;
            }
        }
    }
}

/// Shops of known parameters: 95 % intervals hold the truth about that often.
#[test]
fn intervals_cover_the_truth() {
    for (kind, truth) in [
        (Kind::BgNbd, [0.6, 4.0, 0.8, 2.5]),
        (Kind::MbgNbd, [0.8, 5.0, 0.9, 2.0]),
        (Kind::ParetoNbd, [0.7, 8.0, 0.9, 10.0]),
    ] {
        let mut chance = Chance(11);
        let mut covered = 0;
        for _ in 0..40 {
            let rows: Vec<Purchases> = (0..4000)
                .map(|index| chance.customer(kind, truth, 30.0 + f64::from(index % 20)))
                .collect();
            let found = fit(&population(&rows), kind).expect("a fit");
            assert_eq!(found.model.kind(), kind, "{:?}", found.notes);
            let covariance = found.log_covariance.as_ref().expect("a curved top");
            for (j, (_, value)) in found.model.parameters().into_iter().enumerate() {
                let off = (value / truth[j]).ln() / covariance.at(j, j).sqrt();
                covered += u32::from(off.abs() < 1.96);
            }
        }
        // 160 intervals: 152 expected, and they come in fours that hang together.
        assert!((140..=160).contains(&covered), "{kind:?}: {covered} of 160");
    }
}

proptest! {
    #[test]
    fn expectations_are_finite_and_grow(
        logs in prop::array::uniform4(-3.0_f64..4.0),
        repeats in 0_u32..3000,
        observed in 0.1_f64..500.0,
        part in 0.01_f64..1.0,
        ahead in 0.1_f64..1000.0,
    ) {
        let parameters = logs.map(f64::exp);
        let last = if repeats == 0 { 0.0 } else { observed * part };
        let row = history(repeats, last, observed);
        for kind in Kind::ALL {
            let own = if kind == Kind::Nbd { &parameters[..2] } else { &parameters[..] };
            let model = LifetimeModel::new(kind, own).expect("positive");
            let (near, far) = (model.expected(&row, ahead), model.expected(&row, ahead * 1.5));
            prop_assert!(near.is_finite() && near >= 0.0, "{:?} {} {:?}", model, near, row);
            prop_assert!(far >= near * (1.0 - 1e-9), "{:?} {} {}", model, near, far);
            let alive = model.alive(&row);
            prop_assert!((0.0..=1.0).contains(&alive), "{:?} {}", model, alive);
            let likelihood = model.log_likelihood(&Population::new(&[row]).expect("a row"));
            prop_assert!(likelihood.is_finite(), "{:?} {:?}", model, row);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_rows_give_a_fit_or_a_verdict(
        rows in prop::collection::vec((0_u32..40, 0.001_f64..1.0, 0.01_f64..400.0), 10..40),
        spread in prop::sample::select(vec![0.0, 1e-6, 1.0]),
    ) {
        // From all alike over nearly alike to anything.
        let (base_count, base_part, base_time) = rows[0];
        let customers: Vec<Purchases> = rows
            .iter()
            .map(|&(count, part, time)| {
                let repeats = if spread < 1.0 { base_count } else { count };
                let observed = base_time + spread * (time - base_time);
                let part = base_part + spread * (part - base_part);
                history(repeats, if repeats == 0 { 0.0 } else { observed * part }, observed)
            })
            .collect();
        let population = Population::new(&customers).expect("valid rows");
        for kind in Kind::ALL {
            if let Ok(found) = fit(&population, kind) {
                prop_assert!(found.log_likelihood.is_finite());
                for row in &customers {
                    prop_assert!(found.model.expected(row, 10.0).is_finite(), "{:?}", found);
                }
                for error in found.standard_errors().unwrap_or_default() {
                    prop_assert!(error.is_finite() && error >= 0.0, "{:?}", found);
                }
            }
        }
        let spends: Vec<Spend> = rows
            .iter()
            .map(|&(repeats, _, mean)| Spend { repeats, mean })
            .collect();
        if let Ok(found) = fit_spend(&spends) {
            for spend in &spends {
                prop_assert!(found.model.expected(spend).is_none_or(f64::is_finite));
            }
        }
    }
}
