//! Replays as a picture.

use utc_chart::{Recording, Step, draw_replays};
use utc_domain::ProtectionLevel;
use utc_queueing::Settings;
use utc_queueing::replay::Point;

use super::Done;

/// All recordings as one SVG document.
pub(super) fn draw(done: &[Done]) -> String {
    let steps: Vec<Vec<Step>> = done.iter().map(|one| steps(&one.replay.points)).collect();
    let recordings: Vec<Recording<'_>> = done
        .iter()
        .zip(&steps)
        .map(|(one, steps)| Recording {
            name: &one.file,
            steps,
            warm_up: one.replay.warm_up,
            high: Settings::classic().high(),
        })
        .collect();
    draw_replays(&recordings).document()
}

fn steps(points: &[Point]) -> Vec<Step> {
    let locked = |level| level == ProtectionLevel::ReadOnly;
    let step = |point: &Point| Step {
        at: point.at,
        truth: point.truth,
        classic: locked(point.level.classic),
        predictive: locked(point.level.predictive),
    };
    points.iter().map(step).collect()
}
