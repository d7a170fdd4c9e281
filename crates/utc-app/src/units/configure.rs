//! Creating, replacing and changing a unit's configuration.

use std::sync::Arc;

use utc_domain::{Code, Draft, Meta, ReceiptKind, Subject, Timestamp, UnitName};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::units::{self, UnitRow};

use super::loosening::loosened;
use super::marked::Marks;
use super::{UnitConfig, stored};
use crate::approvals::{Void, void};
use crate::console::Console;
use crate::draft::change;
use crate::signals::{appeared, renamed};
use crate::task::Plan;
use crate::{AppError, By, Ticket};

/// A unit's configuration after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Configured {
    /// The receipt of the change.
    pub receipt_id: utc_domain::ReceiptId,
    /// Whether the unit was configured for the first time.
    pub created: bool,
}

/// Makes the new configuration from the present one (none when nobody configured the unit).
pub type Update = Box<dyn FnMut(Option<&UnitConfig>) -> Result<UnitConfig, AppError> + Send>;

impl Console {
    /// Changes a unit's configuration; makes the unit when there is none of this name.
    pub fn configure_unit(
        &self,
        name: UnitName,
        actor: impl Into<By>,
        mut update: Update,
    ) -> Ticket<Configured> {
        let (limit, installation) = (self.options().max_units, self.options().queueing);
        let approvals = Arc::clone(self.cache());
        self.control_by(actor, move |tx, actor| {
            let now = tx.now();
            refuse_alias(tx.db(), &name)?;
            let (mut row, new) = find_or_new(tx, &name, limit)?;
            let before = if row.configured {
                Some(stored::config(&row)?)
            } else {
                None
            };
            let config = update(before.as_ref())?;
            check(tx.db(), &name, &config)?;
            let json = stored::config_json(&config)?;
            row.configured = true;
            row.config_version += 1;
            row.state_epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
            row.updated_at = now.as_micros();
            row.config.clone_from(&json);
            save(tx.db(), &row, new)?;
            if new {
                appeared(tx, name.as_str())?;
            }
            renamed(tx, name.as_str(), before.as_ref(), &config)?;
            let aliases: Vec<String> = config.aliases.iter().map(ToString::to_string).collect();
            units::set_aliases(tx.db(), name.as_str(), &aliases)?;
            let loosened = match &before {
                Some(before) => loosened(before, &config, &installation),
                None => loosened(&UnitConfig::unconfigured(), &config, &installation),
            };
            let mut draft = receipt(&name, actor, &row, &json, &stored::policy_in(tx)?);
            tell(&mut draft, &loosened);
            let (voided, change) = if changes_requests(before.as_ref(), &config) {
                void(tx, &approvals, &Void::Unit(&name), actor)?
            } else {
                Default::default()
            };
            let state = state_of(tx.db(), &row)?;
            let unit = name.clone();
            Ok(Plan {
                answer: Configured {
                    receipt_id: draft.id,
                    created: before.is_none(),
                },
                drafts: std::iter::once(draft).chain(voided).collect(),
                publish: Some(Box::new(move |cache| {
                    cache.set_unit(&unit, state.clone());
                    cache.set_names(&unit, &config);
                    change.publish(cache);
                })),
            })
        })
    }
}

/// Whether what an approval was given for may be another request now: where it goes, what counts as a write, how many
/// have to approve.
fn changes_requests(before: Option<&UnitConfig>, after: &UnitConfig) -> bool {
    let unconfigured = UnitConfig::unconfigured();
    let before = before.unwrap_or(&unconfigured);
    before.upstream != after.upstream
        || before.methods != after.methods
        || before.approvals_required != after.approvals_required
}

/// Says what of it holds less back.
fn tell(draft: &mut Draft, loosened: &[&str]) {
    if !loosened.is_empty() {
        draft.meta.loosens = Some(true);
        draft.reason = format!("{} Looser: {}.", draft.reason, loosened.join(", "));
    }
}

fn receipt(
    name: &UnitName,
    actor: &Subject,
    row: &UnitRow,
    json: &str,
    policy: &utc_domain::PolicyRef,
) -> Draft {
    let verb = if row.config_version == 1 {
        "configured"
    } else {
        "changed the configuration of"
    };
    let meta = Meta {
        config_version: Some(row.config_version.unsigned_abs()),
        config_digest: Some(utc_attestation::sha256_hex(json.as_bytes())),
        ..Meta::default()
    };
    let reason = format!("{actor} {verb} {name}.");
    let draft = change(
        ReceiptKind::ConfigChange,
        Code::UnitConfigured,
        actor.clone(),
        reason,
        policy.clone(),
    );
    Draft {
        unit: Some(name.clone()),
        meta,
        ..draft
    }
}

/// The unit's row, or a new one while there is room; and whether it is new.
pub(crate) fn find_or_new(
    tx: &mut Tx<'_>,
    name: &UnitName,
    limit: usize,
) -> Result<(UnitRow, bool), AppError> {
    if let Some(row) = units::find(tx.db(), name.as_str())? {
        return Ok((row, false));
    }
    let (now, epoch) = (tx.now(), tx.epoch());
    make_room(tx.db(), limit)?;
    Ok((stored::new_row(name.as_str(), now, epoch), true))
}

/// Refuses a new unit when there are as many as allowed.
pub(crate) fn make_room(db: &mut Db, limit: usize) -> Result<(), AppError> {
    if usize::try_from(units::count(db)?).unwrap_or(usize::MAX) < limit {
        return Ok(());
    }
    let message = format!(
        "there are {limit} units already, which is the limit; raise UTC_MAX_UNITS or use an existing unit"
    );
    Err(AppError::Conflict {
        code: "unit_limit",
        message,
    })
}

pub(crate) fn save(db: &mut Db, row: &UnitRow, new: bool) -> Result<(), AppError> {
    let done = if new {
        units::insert(db, row)
    } else {
        units::update(db, row)
    };
    done.map_err(Into::into)
}

/// The unit's state as decisions will see it.
pub(crate) fn state_of(db: &mut Db, row: &UnitRow) -> Result<crate::cache::UnitState, AppError> {
    let marks = Marks::of(db, &row.name)?;
    Ok(stored::unit_state(row, &marks)?)
}

pub(crate) fn micros(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_micros)
}

fn refuse_alias(db: &mut Db, name: &UnitName) -> Result<(), AppError> {
    match units::unit_of_alias(db, name.as_str())? {
        None => Ok(()),
        Some(owner) => Err(AppError::Conflict {
            code: "name_is_alias",
            message: format!(
                "`{name}` is another name of unit `{owner}`; configure that, or remove the alias first"
            ),
        }),
    }
}

/// Aliases share one name space with units.
fn check(db: &mut Db, name: &UnitName, config: &UnitConfig) -> Result<(), AppError> {
    let problems = config.problems();
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    for alias in &config.aliases {
        let taken_by_unit = alias == name || units::find(db, alias.as_str())?.is_some();
        let owner = units::unit_of_alias(db, alias.as_str())?;
        if taken_by_unit || owner.is_some_and(|owner| owner != name.as_str()) {
            let message = format!("the alias `{alias}` is taken by another unit or alias");
            return Err(AppError::Conflict {
                code: "alias_taken",
                message,
            });
        }
    }
    Ok(())
}
