//! The net promoter score with its interval.

use crate::verdict::Verdict;
use statrs::distribution::{ContinuousCDF, Normal};

/// A net promoter score; see [`net_promoter_score`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetPromoterScore {
    /// 100·(promoters − detractors)/answers, from −100 to 100.
    pub score: f64,
    /// Half the width of its 95 % interval, in points.
    pub half_width: f64,
    /// Answers.
    pub answers: u64,
}

/// Below this many answers no score is given: its interval would span half the scale.
pub const ANSWERS_MIN: u64 = 30;

/// The score of answers from 0 to 10 counted as promoters (9, 10) and detractors (0 to 6).
///
/// With shares p and d: p − d, standard error √((p + d − (p − d)²)/n).
///
/// # Errors
/// [`Verdict::TooFew`] below [`ANSWERS_MIN`]; [`Verdict::BadOption`] when promoters and
/// detractors are more than the answers.
pub fn net_promoter_score(
    promoters: u64,
    detractors: u64,
    answers: u64,
) -> Result<NetPromoterScore, Verdict> {
    if promoters.saturating_add(detractors) > answers {
        return Err(Verdict::BadOption {
            rule: "promoters and detractors are among the answers",
        });
    }
    if answers < ANSWERS_MIN {
        return Err(Verdict::TooFew {
            have: usize::try_from(answers).unwrap_or(usize::MAX),
            need: 30,
        });
    }
    let n = answers as f64;
    let (p, d) = (promoters as f64 / n, detractors as f64 / n);
    let net = p - d;
    let error = ((p + d - net * net).max(0.0) / n).sqrt();
    Ok(NetPromoterScore {
        score: 100.0 * net,
        half_width: 100.0 * Normal::standard().inverse_cdf(0.975) * error,
        answers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_come_with_their_intervals_or_not_at_all() {
        for (answers, promoters, detractors, score, half) in [
            (100, 50, 20, 30.0, 15.307808),
            (400, 180, 100, 20.0, 7.961411),
            (1000, 430, 250, 18.0, 4.987714),
        ] {
            let got = net_promoter_score(promoters, detractors, answers).expect("answers");
            assert!((got.score - score).abs() < 1e-9);
            assert!((got.half_width - half).abs() < 6e-7, "{got:?}");
        }
        assert!(matches!(
            net_promoter_score(5, 5, 29),
            Err(Verdict::TooFew { .. })
        ));
        assert!(net_promoter_score(50, 51, 100).is_err());
        let all = net_promoter_score(40, 0, 40).expect("answers");
        assert_eq!((all.score, all.half_width), (100.0, 0.0));
    }
}
