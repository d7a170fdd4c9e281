//! A small grid of settings, tried on recordings.

use crate::predictive::{PredictiveSettings, Scorecard, Tuning};
use crate::settings::Settings;

use super::run::{ReplayError, replay};
use super::trace::Trace;

const GATES: [f64; 3] = [0.3, 0.4, 0.5];
const QUICK_ALPHAS: [f64; 3] = [0.7, 0.8, 0.9];
const LOCKS: [u32; 3] = [120, 240, 480];
/// How many times the classic controller's false alarms and changes a setting may cost.
const ALLOWANCE: f64 = 1.5;

/// One setting, and its card on each recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The setting.
    pub tuning: Tuning,
    /// The predictive controller's cards, in the order of the recordings.
    pub cards: Vec<Scorecard>,
}

/// What tuning found.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuned {
    /// The recommended setting.
    pub chosen: Tuning,
    /// The classic controller on all recordings.
    pub classic: Scorecard,
    /// The standard setting on all recordings.
    pub standard: Scorecard,
    /// The recommended setting on all recordings, which it was chosen on.
    pub predictive: Scorecard,
    /// Each recording under a setting that was chosen on the others; `None` for a single recording.
    pub left_out: Option<Scorecard>,
}

/// The settings that are tried, the standard one first.
pub fn candidates() -> Vec<Tuning> {
    let mut all = vec![Tuning::STANDARD];
    for gate in GATES {
        for alpha in QUICK_ALPHAS {
            all.extend(
                LOCKS
                    .iter()
                    .filter_map(|&lock| Tuning::new(gate, alpha, lock).ok()),
            );
        }
    }
    all
}

/// Tries every setting on every recording; `progress` is told after each setting how many are done.
///
/// The best setting misses the fewest minutes of overload among those that cost at most 1.5 times the classic
/// controller's false alarms and changes of level; the standard one unless another is better.
///
/// # Errors
/// [`ReplayError`] when a recording has no usable capacity.
pub fn tune(
    traces: &[Trace],
    mu: Option<f64>,
    classic_settings: &Settings,
    settings: &PredictiveSettings,
    mut progress: impl FnMut(usize),
) -> Result<Tuned, ReplayError> {
    let mut classic = Vec::new();
    let mut tried = Vec::new();
    for (done, tuning) in (1..).zip(candidates()) {
        let settings = settings.with_tuning(tuning);
        let runs = traces
            .iter()
            .map(|trace| replay(trace, mu, classic_settings, &settings))
            .collect::<Result<Vec<_>, _>>()?;
        let cards = runs.iter().map(|run| run.predictive.clone()).collect();
        classic = runs.into_iter().map(|run| run.classic).collect();
        tried.push(Candidate { tuning, cards });
        progress(done);
    }
    let chosen = best(&tried, &classic, None);
    let predictive = chosen.map(|best| total(&best.cards, None));
    let standard = tried.first().map(|first| total(&first.cards, None));
    Ok(Tuned {
        chosen: chosen.map_or(Tuning::STANDARD, |best| best.tuning),
        classic: total(&classic, None),
        standard: standard.unwrap_or_else(Scorecard::exact),
        predictive: predictive.unwrap_or_else(Scorecard::exact),
        left_out: (traces.len() > 1).then(|| left_out(&tried, &classic)),
    })
}

/// The sum of every recording's card under the setting that is best on the others.
fn left_out(tried: &[Candidate], classic: &[Scorecard]) -> Scorecard {
    let mut sum = Scorecard::exact();
    for out in 0..classic.len() {
        let card = best(tried, classic, Some(out)).and_then(|best| best.cards.get(out));
        if let Some(card) = card {
            sum.absorb(card);
        }
    }
    sum
}

fn best<'a>(
    tried: &'a [Candidate],
    classic: &[Scorecard],
    without: Option<usize>,
) -> Option<&'a Candidate> {
    let limits = total(classic, without);
    let fits = |card: &Scorecard| {
        card.false_alarm_minutes() <= ALLOWANCE * limits.false_alarm_minutes()
            && f64::from(card.level_changes()) <= ALLOWANCE * f64::from(limits.level_changes())
    };
    let judged = tried.iter().map(|one| (one, total(&one.cards, without)));
    let mut best: Option<(&Candidate, f64)> = None;
    for (one, card) in judged.filter(|(_, card)| fits(card)) {
        let missed = card.grades().missed_minutes;
        if best.is_none_or(|(_, least)| missed < least) {
            best = Some((one, missed));
        }
    }
    best.map(|(one, _)| one).or_else(|| tried.first())
}

fn total(cards: &[Scorecard], without: Option<usize>) -> Scorecard {
    let mut sum = Scorecard::exact();
    for (at, card) in cards.iter().enumerate() {
        if Some(at) != without {
            sum.absorb(card);
        }
    }
    sum
}
