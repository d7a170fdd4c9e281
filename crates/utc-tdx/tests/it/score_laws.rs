//! Laws that hold for all that can be said.

use proptest::collection::vec;
use proptest::prelude::*;
use utc_domain::Criticality;
use utc_tdx::score::{Flag, Occasion};
use utc_tdx::{Meaning, Severity, Standing};

use crate::score::{Said, assess_at, assessed, hash};
use crate::support::now;

/// A sum in another order may end in another last digit, and rounding may fall to its other side.
const ONE_STEP: f64 = 0.000_2;

fn said(sources: &'static [&'static str]) -> impl Strategy<Value = Said> {
    let source = prop::sample::select(sources);
    let severity = prop::sample::select(&Severity::ALL[..]);
    let ago = -5.0..200.0;
    let meaning = prop_oneof![
        8 => Just(Meaning::Raises),
        1 => (0_u64..40).prop_map(|id| Meaning::Closes(hash(id))),
        1 => Just(Meaning::Unknown),
    ];
    (source, 0_u64..40, severity, ago, 0.0..=1.0, meaning).prop_map(
        |(source, id, severity, hours_ago, confidence, meaning)| Said {
            confidence,
            meaning,
            ..Said::new(source, id, severity).ago(hours_ago)
        },
    )
}

/// Events of which each has an id of its own.
fn distinct(sources: &'static [&'static str]) -> impl Strategy<Value = Vec<Said>> {
    vec(said(sources), 0..40).prop_map(|mut all| {
        for (id, one) in (0..).zip(&mut all) {
            one.id = id;
        }
        all
    })
}

const ALL: &[&str] = &["scanner", "lab", "boss", "stranger", "other"];
const ORDINARY: &[&str] = &["scanner"];

fn criticality() -> impl Strategy<Value = Criticality> {
    prop::sample::select(vec![
        Criticality::Low,
        Criticality::Normal,
        Criticality::High,
        Criticality::Extreme,
    ])
}

proptest! {
    #[test]
    fn the_order_of_events_changes_nothing(
        all in distinct(ALL),
        shuffled in Just(()).prop_perturb(|(), mut random| random.next_u64()),
    ) {
        let mut other = all.clone();
        other.sort_by_key(|one| hash(one.id ^ shuffled));
        prop_assert_eq!(assessed(&all), assessed(&other));
    }

    #[test]
    fn redelivery_changes_nothing(all in distinct(ALL), again in vec(any::<prop::sample::Index>(), 0..100)) {
        let mut more = all.clone();
        if !all.is_empty() {
            more.extend(again.iter().map(|index| index.get(&all).clone()));
        }
        prop_assert_eq!(assessed(&all), assessed(&more));
    }

    #[test]
    fn a_worse_event_lowers_no_score(all in distinct(ALL), which in any::<prop::sample::Index>(), surer in any::<bool>()) {
        prop_assume!(!all.is_empty());
        let mut worse = all.clone();
        let one = &mut worse[which.index(all.len())];
        if surer {
            one.confidence = one.confidence.mul_add(0.5, 0.5);
        } else {
            one.severity = Severity::Critical;
        }
        prop_assert!(assessed(&worse).score >= assessed(&all).score - ONE_STEP);
    }

    #[test]
    fn one_event_more_lowers_no_score(all in distinct(ALL), more in said(ALL)) {
        let more = Said { id: 1_000, meaning: Meaning::Raises, ..more };
        let mut longer = all.clone();
        longer.push(more);
        prop_assert!(assessed(&longer).score >= assessed(&all).score - ONE_STEP);
    }

    #[test]
    fn no_source_says_more_than_its_cap(all in distinct(ALL)) {
        for share in assessed(&all).sources {
            prop_assert!(share.share > 0.0 && share.share <= share.standing.cap());
            prop_assert!(share.standing != Standing::Appeared || share.share <= 0.4);
        }
    }

    #[test]
    fn without_an_event_no_score_rises(all in distinct(ALL), criticality in criticality(), hours in 0_i64..500) {
        // What is dated ahead keeps its weight until then, and closings do not come and go.
        let before = assess_at(&all, criticality, now());
        let after = assess_at(&all, criticality, now().plus_minutes(hours * 60));
        prop_assert!(after.score <= before.score);
    }

    #[test]
    fn a_score_is_a_rounded_number_from_0_to_100(all in distinct(ALL), criticality in criticality()) {
        let assessment = assess_at(&all, criticality, now());
        prop_assert!((0.0..=100.0).contains(&assessment.score));
        prop_assert_eq!(assessment.score, utc_domain::round6(assessment.score));
        prop_assert!(assessment.risk <= 0.999);
        prop_assert!(assessment.evidence.len() <= 10);
    }

    #[test]
    fn one_ordinary_source_alone_never_marks_a_unit(all in distinct(ORDINARY), criticality in criticality()) {
        let assessment = assess_at(&all, criticality, now());
        let step = Flag::Clear.next(&assessment, Occasion::Event, now()).unwrap();
        prop_assert_eq!(step.flag, Flag::Clear);
    }

    #[test]
    fn a_higher_criticality_lowers_no_score(all in distinct(ALL)) {
        let score = |criticality| assess_at(&all, criticality, now()).score;
        prop_assert!(score(Criticality::Low) <= score(Criticality::Normal));
        prop_assert!(score(Criticality::Normal) <= score(Criticality::High));
        prop_assert!(score(Criticality::High) <= score(Criticality::Extreme));
    }

    #[test]
    fn what_is_closed_counts_like_what_was_never_said(all in distinct(ALL), which in any::<prop::sample::Index>()) {
        prop_assume!(!all.is_empty());
        let which = which.index(all.len());
        let closing = Said::new(all[which].source.as_str(), 2_000, Severity::Info)
            .closes(all[which].id)
            .ago(-10.0);
        let mut closed = all.clone();
        closed.push(closing.clone());
        let mut without = all.clone();
        without.remove(which);
        without.push(closing);
        // What was removed may itself have closed others.
        prop_assume!(!matches!(all[which].meaning, Meaning::Closes(_)));
        prop_assert_eq!(assessed(&closed).evidence, assessed(&without).evidence);
    }
}

#[test]
fn two_hundred_low_alerts_mark_no_unit_of_any_criticality() {
    for source in ["scanner", "stranger"] {
        let all: Vec<_> = (0..200)
            .map(|id| Said {
                confidence: 1.0,
                ..Said::new(source, id, Severity::Low)
            })
            .collect();
        for criticality in [
            Criticality::Low,
            Criticality::Normal,
            Criticality::High,
            Criticality::Extreme,
        ] {
            let assessment = assess_at(&all, criticality, now());
            assert!(assessment.score < 70.0, "{}", assessment.score);
            let step = Flag::Clear.next(&assessment, Occasion::Run, now()).unwrap();
            assert!(!step.flag.is_risky());
        }
    }
}

#[test]
fn a_thousand_redeliveries_change_nothing() {
    let event = Said::new("boss", 1, Severity::High);
    let once = assessed(std::slice::from_ref(&event));
    assert_eq!(assessed(&vec![event; 1_001]), once);
}
