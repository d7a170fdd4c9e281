//! The gate of a forecast, set by a person.

use utc_domain::{
    Code, Draft, ForecastSeen, Meta, PolicyRef, Reason, ReceiptKind, Subject, UnitName,
};
use utc_queueing::predictive::{Gate, PredictiveSettings, PredictiveState, Predictor};
use utc_storage::rows::units;

use super::control::{invalid, predictive, seen};
use super::observe::{queue_meta, settings};
use super::remembered::Remembered;
use super::{Marked, stored};
use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::{AppError, By, Ticket};

/// What is to decide whether a forecast may act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRequest {
    /// Which forecast.
    pub predictor: Predictor,
    /// Open, closed, or as its record says.
    pub gate: Gate,
    /// Why.
    pub reason: Reason,
}

impl Console {
    /// Opens or closes the gate of one of a unit's forecasts, or leaves it to its record again, from the next observation
    /// on. It holds under the predictive controller, and waits for that while the unit is under the classic one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such unit.
    pub fn set_gate(
        &self,
        name: &UnitName,
        by: impl Into<By>,
        request: GateRequest,
    ) -> Ticket<Marked> {
        let name = self.cache().resolve(name);
        let installation = self.options().queueing;
        self.control_by(by, move |tx, actor| {
            let row = units::find(tx.db(), name.as_str())?.ok_or_else(|| AppError::NotFound {
                what: "unit",
                name: name.to_string(),
            })?;
            let settings = settings(&installation, &stored::config(&row)?)?;
            let settings = predictive(&settings).map_err(invalid)?;
            let found = Remembered::find(tx.db(), name.as_str())?;
            let mut remembered = found.unwrap_or_else(Remembered::nothing);
            let may_act = |state: &PredictiveState| {
                let precision = state.scorecard(request.predictor).precision();
                let needed = settings.tuning().gate_precision();
                state.gate(request.predictor).is_open(precision, needed)
            };
            let before = may_act(&remembered.state);
            remembered.state.set_gate(request.predictor, request.gate);
            remembered.store(tx.db(), &name, &settings)?;
            let state = stored::queue_state(&row)?;
            let mut draft = receipt(&name, actor, &request, stored::policy_in(tx)?);
            draft.meta = Meta {
                protection_level: Some(stored::parse("units.level", &row.level)?),
                forecast: Some(gated(&remembered.state, &settings, request.predictor)),
                ..queue_meta(state.as_ref())
            };
            // Whoever can only tighten holds less back when they may not act any more.
            draft.meta.loosens = (before && !may_act(&remembered.state)).then_some(true);
            Ok(Plan {
                answer: Marked {
                    unit: name.clone(),
                    receipt_id: draft.id,
                },
                drafts: vec![draft],
                publish: None,
            })
        })
    }
}

/// What the forecast said last and what it is worth, as receipts of levels tell it.
fn gated(state: &PredictiveState, settings: &PredictiveSettings, one: Predictor) -> ForecastSeen {
    let forecasts = state.forecasts(settings);
    forecasts.map_or_else(
        || ForecastSeen {
            predictor: one.as_str(),
            rho: None,
            horizon_minutes: f64::from(PredictiveSettings::HORIZON_MINUTES),
            minutes_to_threshold: None,
            precision: state.scorecard(one).precision().value(),
        },
        |forecasts| seen(forecasts.of(one)),
    )
}

fn receipt(name: &UnitName, actor: &Subject, request: &GateRequest, policy: PolicyRef) -> Draft {
    let predictor = request.predictor;
    let what = match request.gate {
        Gate::Opened => "opened the gate of",
        Gate::Closed => "closed the gate of",
        Gate::Earned => "left it to its record whether to heed",
    };
    let reason = format!(
        "{actor} {what} the `{predictor}` forecast of {name}: {}",
        request.reason
    );
    let draft = change(
        ReceiptKind::ConfigChange,
        Code::GateSet,
        actor.clone(),
        reason,
        policy,
    );
    Draft {
        unit: Some(name.clone()),
        meta: Meta::default(),
        ..draft
    }
}
