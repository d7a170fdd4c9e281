//! Which field is written where.

use utc_domain::{ProtectionLevel, Timestamp};

use super::codec::{Reader, StateError, Writer};
use super::forecast::{Forecast, Outlook, PerPredictor, Predictor};
use super::gate::Gate;
use super::holt::Holt;
use super::ladder::{Ladder, Why, Window};
use super::moment::{Moment, Newest, Said};
use super::profile::{Bin, DAY_BINS, Profile, WEEK_BINS};
use super::signal::Rates;
use super::state::PredictiveState;
use super::text_card::{card, put_card};

/// The first word of every state.
const VERSION: &str = "predictive2";
/// One that did not say whether all of the load was seen; then it was.
const WITHOUT_CUTS: &str = "predictive1";

pub(super) type Read<T> = Result<T, StateError>;

impl PredictiveState {
    /// Everything, as text of one line. [`Self::from_text`] reads the same state back.
    pub fn to_text(&self) -> String {
        let mut out = Writer::default();
        out.word(VERSION);
        out.word(self.start.as_str());
        out.option(self.settled.as_ref(), put_moment);
        out.option(self.newest.as_ref(), |out, newest| {
            out.number(newest.lambda_sum).number(newest.mu_sum);
            out.number(newest.count);
            out.number(u8::from(newest.whole));
            put_moment(out, &newest.moment);
        });
        out.option(self.profile.as_ref(), put_profile);
        for (predictor, gate) in self.gates.iter() {
            out.word(gate_word(*gate));
            put_card(&mut out, self.cards.of(predictor));
        }
        out.finish()
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// [`StateError`] for anything else.
    pub fn from_text(text: &str) -> Read<Self> {
        let mut from = Reader::new(text);
        let tells_cuts = match from.word()? {
            VERSION => true,
            WITHOUT_CUTS => false,
            _ => return Err(StateError::Version),
        };
        let mut state = Self::new();
        state.start = level(&mut from)?;
        state.settled = from.option(moment)?;
        state.newest = from.option(|from| {
            Ok(Newest {
                lambda_sum: from.number()?,
                mu_sum: from.number()?,
                count: from.number()?,
                whole: !tells_cuts || from.flag()?,
                moment: moment(from)?,
            })
        })?;
        state.profile = from.option(profile)?;
        for predictor in Predictor::ALL {
            *state.gates.of_mut(predictor) = gate(&mut from)?;
            *state.cards.of_mut(predictor) = card(&mut from)?;
        }
        from.end()?;
        Ok(state)
    }
}

fn put_moment(out: &mut Writer, moment: &Moment) {
    out.time(moment.at);
    out.option(moment.interval_micros, |out, micros| {
        out.number(micros);
    });
    for rates in [moment.observed, moment.slow, moment.fast] {
        out.number(rates.lambda).number(rates.mu);
    }
    out.number(moment.raw_before);
    let Outlook {
        quick,
        holt,
        deviation,
    } = moment.outlook;
    out.number(quick).number(holt.level);
    out.number(holt.trend_per_hour).number(deviation);
    put_ladder(out, &moment.ladder);
    for (_, said) in moment.said.iter() {
        out.number(u8::from(said.warning));
        out.number(u8::from(said.alarm));
    }
}

fn moment(from: &mut Reader<'_>) -> Read<Moment> {
    let at = from.time()?;
    let interval_micros = from.option(Reader::number)?;
    let (observed, slow, fast) = (rates(from)?, rates(from)?, rates(from)?);
    let raw_before = from.real()?;
    let outlook = Outlook {
        quick: from.real()?,
        holt: Holt {
            level: from.real()?,
            trend_per_hour: from.real()?,
        },
        deviation: from.real()?,
    };
    let ladder = ladder(from)?;
    let mut said = PerPredictor::default();
    for predictor in Predictor::ALL {
        *said.of_mut(predictor) = Said {
            warning: from.flag()?,
            alarm: from.flag()?,
        };
    }
    Ok(Moment {
        at,
        interval_micros,
        observed,
        raw_before,
        slow,
        fast,
        outlook,
        ladder,
        said,
    })
}

fn rates(from: &mut Reader<'_>) -> Read<Rates> {
    let (lambda, mu) = (from.real()?, from.real()?);
    if mu > 0.0 {
        Ok(Rates { lambda, mu })
    } else {
        from.wrong()
    }
}

fn put_ladder(out: &mut Writer, ladder: &Ladder) {
    out.word(ladder.level.as_str()).time(ladder.since);
    match ladder.why {
        Why::Measured => out.word("measured"),
        Why::Relaxed => out.word("relaxed"),
        Why::Forecast(forecast) => put_forecast(out, &forecast),
    };
    for time in [ladder.calm_since, ladder.below_since] {
        put_time(out, time);
    }
    for window in [ladder.approval, ladder.read_only] {
        out.number(window.minutes);
        put_time(out, window.left_at);
    }
}

fn ladder(from: &mut Reader<'_>) -> Read<Ladder> {
    Ok(Ladder {
        level: level(from)?,
        since: from.time()?,
        why: why(from)?,
        calm_since: from.option(Reader::time)?,
        below_since: from.option(Reader::time)?,
        approval: window(from)?,
        read_only: window(from)?,
    })
}

fn level(from: &mut Reader<'_>) -> Read<ProtectionLevel> {
    let word = from.word()?;
    word.parse().or_else(|_| from.wrong())
}

fn why(from: &mut Reader<'_>) -> Read<Why> {
    let word = from.word()?;
    match word {
        "measured" => Ok(Why::Measured),
        "relaxed" => Ok(Why::Relaxed),
        name => {
            let named = Predictor::ALL.into_iter().find(|one| one.as_str() == name);
            let Some(predictor) = named else {
                return from.wrong();
            };
            forecast(predictor, from).map(Why::Forecast)
        }
    }
}

fn put_forecast<'a>(out: &'a mut Writer, forecast: &Forecast) -> &'a mut Writer {
    out.word(forecast.predictor.as_str());
    for value in [forecast.rho, forecast.minutes_to_threshold] {
        out.option(value, |out, value| {
            out.number(value);
        });
    }
    out.number(forecast.horizon_minutes);
    out.number(forecast.precision)
        .number(u8::from(forecast.open))
}

fn forecast(predictor: Predictor, from: &mut Reader<'_>) -> Read<Forecast> {
    Ok(Forecast {
        predictor,
        rho: from.option(Reader::real)?,
        minutes_to_threshold: from.option(Reader::real)?,
        horizon_minutes: from.real()?,
        precision: from.real()?,
        open: from.flag()?,
    })
}

fn window(from: &mut Reader<'_>) -> Read<Window> {
    Ok(Window {
        minutes: from.number()?,
        left_at: from.option(Reader::time)?,
    })
}

fn put_time(out: &mut Writer, time: Option<Timestamp>) {
    out.option(time, |out, at| {
        out.time(at);
    });
}

fn put_profile(out: &mut Writer, profile: &Profile) {
    out.number(profile.median);
    for bin in profile.week.iter().chain(&profile.day) {
        out.number(bin.usual).number(bin.visits);
    }
}

fn profile(from: &mut Reader<'_>) -> Read<Profile> {
    let mut read = Profile::new();
    read.median = from.number()?;
    for bin in read.week.iter_mut().chain(&mut read.day) {
        *bin = Bin {
            usual: from.number()?,
            visits: from.number()?,
        };
    }
    debug_assert_eq!((read.week.len(), read.day.len()), (WEEK_BINS, DAY_BINS));
    Ok(read)
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
