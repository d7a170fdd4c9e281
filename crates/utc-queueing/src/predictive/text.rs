//! Which field is written where.

use super::codec::{Reader, StateError, Writer};
use super::forecast::Predictor;
use super::gate::Gate;
use super::profile::{Bin, Profile};
use super::state::PredictiveState;
use super::text_card::{card, put_card};
use super::text_moment::{level, moment, newest, put_moment};
use super::text_profile::{beside_profile, old_profile, put_bins, put_whole, whole_profile};

/// The first word of every state.
const VERSION: &str = "predictive3";
/// One that said of the newest observation whether all of the load was seen, and not how much was turned away.
const WITH_CUTS: &str = "predictive2";
/// One that did not say that either.
const WITHOUT_CUTS: &str = "predictive1";
/// Marks a profile of which only the quarters are told that what is stored beside the state lacks.
const BESIDE: &str = "~";
/// A profile that knows nothing.
const EMPTY: &str = "0 0";

/// Which form a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Present,
    WithCuts,
    WithoutCuts,
}

/// A state as text in two parts, so that what moves with each observation can be stored without the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateParts {
    /// What moves.
    pub moving: String,
    /// The seasonal profile, on the few occasions when it is to be stored anew.
    pub profile: Option<String>,
}

pub(super) type Read<T> = Result<T, StateError>;

impl PredictiveState {
    /// Everything, as text of one line. [`Self::from_text`] reads the same state back.
    pub fn to_text(&self) -> String {
        self.text(|out, profile| {
            out.word("+");
            put_whole(out, profile);
        })
    }

    /// The same in two parts: [`Self::from_parts`] reads it back from the newest of each. Whoever asks stores both, or asks
    /// again.
    pub fn to_parts(&mut self) -> StateParts {
        let lacking = self.profile.as_ref().map(Profile::lacking);
        let profile = match (&mut self.profile, &lacking) {
            (Some(profile), Some(None)) => {
                profile.set_stored();
                let mut out = Writer::default();
                put_whole(&mut out, profile);
                Some(out.finish())
            }
            (Some(_) | None, _) => None,
        };
        let lacking = lacking.flatten().unwrap_or_default();
        let moving = self.text(|out, profile| {
            out.word(BESIDE);
            let all: Vec<Bin> = profile.bins().map(|(_, bin)| bin).collect();
            let told = lacking
                .iter()
                .filter_map(|&place| Some((place, *all.get(place)?)));
            put_bins(out, profile.median, told.collect());
        });
        StateParts { moving, profile }
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// [`StateError`] for anything else.
    pub fn from_text(text: &str) -> Read<Self> {
        Self::from_parts(text, None)
    }

    /// Reads what [`Self::to_parts`] wrote: the newest of both parts, and of a profile `None` where none was ever written.
    ///
    /// # Errors
    /// [`StateError`] for anything else.
    pub fn from_parts(moving: &str, beside: Option<&str>) -> Read<Self> {
        let mut from = Reader::new(moving);
        let form = match from.word()? {
            VERSION => Form::Present,
            WITH_CUTS => Form::WithCuts,
            WITHOUT_CUTS => Form::WithoutCuts,
            _ => return Err(StateError::Version),
        };
        let mut state = Self::new();
        state.start = level(&mut from)?;
        state.settled = from.option(|from| moment(from, form))?;
        state.newest = from.option(|from| newest(from, form))?;
        state.profile = match (from.word()?, form) {
            ("-", _) => None,
            ("+", Form::Present) => Some(whole_profile(&mut from)?),
            ("+", Form::WithCuts | Form::WithoutCuts) => Some(old_profile(&mut from)?),
            (BESIDE, Form::Present) => Some(beside_profile(&mut from, beside)?),
            (_, _) => return from.wrong(),
        };
        for predictor in Predictor::ALL {
            *state.gates.of_mut(predictor) = gate(&mut from)?;
            *state.cards.of_mut(predictor) = card(&mut from)?;
        }
        from.end()?;
        Ok(state)
    }

    /// Reads the part that moves alone. Gates, cards and levels are as they were; what the profile would say is not known.
    ///
    /// # Errors
    /// [`StateError`] for anything else.
    pub fn without_profile(moving: &str) -> Read<Self> {
        let mut state = Self::from_parts(moving, Some(EMPTY))?;
        state.profile = None;
        Ok(state)
    }

    fn text(&self, put_profile: impl FnOnce(&mut Writer, &Profile)) -> String {
        let mut out = Writer::default();
        out.word(VERSION);
        out.word(self.start.as_str());
        out.option(self.settled.as_ref(), put_moment);
        out.option(self.newest.as_ref(), |out, newest| {
            out.number(newest.lambda_sum).number(newest.offered_sum);
            out.number(newest.mu_sum).number(newest.count);
            put_moment(out, &newest.moment);
        });
        match &self.profile {
            Some(profile) => put_profile(&mut out, profile),
            None => drop(out.word("-")),
        }
        for (predictor, gate) in self.gates.iter() {
            out.word(gate_word(*gate));
            put_card(&mut out, self.cards.of(predictor));
        }
        out.finish()
    }
}

fn gate_word(gate: Gate) -> &'static str {
    match gate {
        Gate::Earned => "earned",
        Gate::Opened => "opened",
        Gate::Closed => "closed",
    }
}

fn gate(from: &mut Reader<'_>) -> Read<Gate> {
    match from.word()? {
        "earned" => Ok(Gate::Earned),
        "opened" => Ok(Gate::Opened),
        "closed" => Ok(Gate::Closed),
        _ => from.wrong(),
    }
}
