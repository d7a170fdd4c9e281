//! How what was seen of the newest observations is written.

use utc_domain::{ProtectionLevel, Timestamp};

use super::codec::{Reader, Writer};
use super::forecast::{Forecast, Outlook, PerPredictor, Predictor};
use super::holt::Holt;
use super::ladder::{Ladder, Why, Window};
use super::moment::{Moment, Newest, Said, Signal};
use super::signal::Rates;
use super::text::{Form, Read};

pub(super) fn newest(from: &mut Reader<'_>, form: Form) -> Read<Newest> {
    let lambda_sum = from.number()?;
    let offered_sum = match form {
        Form::Present => from.number()?,
        Form::WithCuts | Form::WithoutCuts => lambda_sum,
    };
    let (mu_sum, count) = (from.number()?, from.number()?);
    if form == Form::WithCuts {
        from.flag()?;
    }
    Ok(Newest {
        lambda_sum,
        offered_sum,
        mu_sum,
        count,
        moment: moment(from, form)?,
    })
}

pub(super) fn put_moment(out: &mut Writer, moment: &Moment) {
    out.time(moment.at);
    out.option(moment.interval_micros, |out, micros| {
        out.number(micros);
    });
    for rates in [moment.offered, moment.slow, moment.fast] {
        out.number(rates.lambda).number(rates.mu);
    }
    out.number(moment.offered_signal.slow);
    out.number(moment.offered_signal.fast);
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

pub(super) fn moment(from: &mut Reader<'_>, form: Form) -> Read<Moment> {
    let at = from.time()?;
    let interval_micros = from.option(Reader::number)?;
    let (offered, slow, fast) = (rates(from)?, rates(from)?, rates(from)?);
    let offered_signal = match form {
        Form::Present => Signal {
            slow: from.real()?,
            fast: from.real()?,
        },
        Form::WithCuts | Form::WithoutCuts => Signal {
            slow: slow.lambda,
            fast: fast.lambda,
        },
    };
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
        offered,
        raw_before,
        slow,
        fast,
        offered_signal,
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

pub(super) fn level(from: &mut Reader<'_>) -> Read<ProtectionLevel> {
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
