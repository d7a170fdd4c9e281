//! The state of a queue in a sentence.

use utc_domain::{LevelCause, ProtectionLevel};

use crate::settings::Settings;
use crate::state::QueueState;

/// One sentence for whoever is on call: what holds, and what would relax it, or that nothing is wrong.
///
/// It speaks of the measured level; whether a person pinned another one, and whether the numbers are stale
/// ([`crate::is_stale`]), is for the caller to add.
pub fn recommendation(state: &QueueState, settings: &Settings) -> String {
    match state.level {
        ProtectionLevel::Permissive => all_is_well(state, settings),
        ProtectionLevel::RequireApproval => {
            format!(
                "Writes need approval because {}; {}.",
                why(state),
                way_out(state, settings)
            )
        }
        ProtectionLevel::ReadOnly => {
            format!(
                "Writes are refused because {}; {}.",
                why(state),
                way_out(state, settings)
            )
        }
    }
}

fn all_is_well(state: &QueueState, settings: &Settings) -> String {
    let spike = if state.change_point {
        "Arrivals doubled within an hour, but there is room: "
    } else {
        "All is well: "
    };
    format!(
        "{spike}utilisation is {}, and approval would be needed from {}.",
        state.rho,
        settings.low()
    )
}

fn why(state: &QueueState) -> String {
    let since = state.level_since;
    match state.level_cause {
        LevelCause::Measured => format!("utilisation crossed a threshold at {since}"),
        LevelCause::Forecast => format!("a forecast expected an overload at {since}"),
        LevelCause::Spike => format!("arrivals doubled within an hour on a loaded unit at {since}"),
        LevelCause::Relaxed => format!("the unit is relaxing one level at a time, last at {since}"),
        // A measured level never has these causes; a caller that shows a pinned one gets a true sentence too.
        LevelCause::Pinned | LevelCause::Unpinned | LevelCause::PinExpired => {
            format!("of a pin that was set or ended at {since}")
        }
    }
}

fn way_out(state: &QueueState, settings: &Settings) -> String {
    let (rho, next) = (state.rho, state.level.relaxed());
    let below = settings.relaxes_below(state.level);
    let minutes = settings.relax_window_minutes();
    if minutes == 0 {
        return format!(
            "utilisation is {rho}, and each report that leaves it below {below} relaxes by a level"
        );
    }
    if let Some(since) = state.below_since {
        let until = since.plus_minutes(i64::from(minutes));
        return format!(
            "utilisation is {rho}, and if it stays below {below} the first report from {until} on relaxes to `{next}`"
        );
    }
    let (lambda, mu) = (state.lambda, state.mu);
    format!(
        "utilisation is {rho} ({lambda} arrivals against a capacity of {mu} per hour) and must stay below {below} \
         for {minutes} minutes to relax to `{next}`"
    )
}
