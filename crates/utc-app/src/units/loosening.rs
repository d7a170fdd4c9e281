//! Whether a configuration holds less back than the one before.

use utc_domain::Mode;
use utc_queueing::Settings;

use super::observe::settings;
use super::{Access, MethodOverride, UnitConfig};

/// The members that hold less back in `after` than in `before`, by their names; empty where none does. Absent thresholds
/// are those of the `installation`, so removing one may loosen as much as raising it.
pub(crate) fn loosened(
    before: &UnitConfig,
    after: &UnitConfig,
    installation: &Settings,
) -> Vec<&'static str> {
    let members = [
        (
            "approvals_required",
            after.approvals_required < before.approvals_required,
        ),
        (
            "mode",
            before.mode == Mode::Enforce && after.mode == Mode::Observe,
        ),
        ("thresholds", looser_thresholds(before, after, installation)),
        ("methods", looser_methods(&before.methods, &after.methods)),
        ("capacity_per_hour", looser_capacity(before, after)),
    ];
    let loosened = members.into_iter().filter(|&(_, looser)| looser);
    loosened.map(|(member, _)| member).collect()
}

/// Levels rise later, or fall sooner. What does not go together, so that no level follows it, is looser than anything.
fn looser_thresholds(before: &UnitConfig, after: &UnitConfig, installation: &Settings) -> bool {
    let of = |config| settings(installation, config);
    let (Ok(before), Ok(after)) = (of(before), of(after)) else {
        return of(before).is_ok();
    };
    after.low() > before.low()
        || after.high() > before.high()
        || after.relax_below() > before.relax_below()
        || after.relax_read_only_below() > before.relax_read_only_below()
        || after.relax_window_minutes() < before.relax_window_minutes()
}

/// Something counts as a read that was judged as a write: said to be a read now, or no longer said to be a write.
fn looser_methods(before: &[MethodOverride], after: &[MethodOverride]) -> bool {
    let reads = |one: &&MethodOverride| one.access == Access::Read;
    let writes = |one: &&MethodOverride| one.access == Access::Write;
    let more_reads = after.iter().filter(reads).any(|one| !before.contains(one));
    let fewer_writes = before.iter().filter(writes).any(|one| !after.contains(one));
    more_reads || fewer_writes
}

/// Reported capacities are held near the configured one: a larger one, or none, lets them be larger.
fn looser_capacity(before: &UnitConfig, after: &UnitConfig) -> bool {
    match (before.capacity_per_hour, after.capacity_per_hour) {
        (Some(before), Some(after)) => after > before,
        (Some(_), None) => true,
        (None, Some(_) | None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(change: impl FnOnce(&mut UnitConfig)) -> UnitConfig {
        let mut config = UnitConfig::unconfigured();
        change(&mut config);
        config
    }

    #[track_caller]
    fn check(before: &UnitConfig, after: &UnitConfig, member: &'static str) {
        let installation = Settings::classic();
        let loosened = |before, after| loosened(before, after, &installation);
        assert_eq!(loosened(before, after), [member]);
        assert!(loosened(after, before).is_empty(), "{member}, back again");
        assert!(loosened(before, before).is_empty(), "{member}, the same");
    }

    fn method(access: Access) -> UnitConfig {
        config(|config| {
            config.methods.push(MethodOverride {
                method: "POST".to_owned(),
                path: "/search".to_owned(),
                access,
            });
        })
    }

    #[test]
    fn each_member_loosens_in_one_direction() {
        let plain = UnitConfig::unconfigured();
        let two = config(|config| config.approvals_required = 2);
        check(&two, &plain, "approvals_required");
        let observed = config(|config| config.mode = Mode::Observe);
        check(&plain, &observed, "mode");
        let strict = config(|config| config.thresholds.low = Some(0.4));
        check(&strict, &plain, "thresholds");
        let late = config(|config| config.thresholds.high = Some(2.0));
        check(&plain, &late, "thresholds");
        let short = config(|config| config.thresholds.relax_window_minutes = Some(5));
        check(&plain, &short, "thresholds");
        check(&plain, &method(Access::Read), "methods");
        check(&method(Access::Write), &plain, "methods");
        let small = config(|config| config.capacity_per_hour = Some(10.0));
        let large = config(|config| config.capacity_per_hour = Some(20.0));
        check(&small, &large, "capacity_per_hour");
        check(&small, &plain, "capacity_per_hour");
    }
}
