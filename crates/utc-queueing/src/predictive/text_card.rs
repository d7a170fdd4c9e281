//! A scorecard as text.

use super::codec::{Reader, Writer};
use super::gate::Precision;
use super::scorecard::{Keep, Run, Scorecard, Suspended};
use super::text::Read;

/// More things than this are in no list of a card.
const LONGEST_LIST: usize = 4096;

pub(super) fn put_card(out: &mut Writer, card: &Scorecard) {
    out.number(card.observed_minutes)
        .number(card.overload_minutes);
    out.number(card.missed_minutes)
        .number(card.false_alarm_minutes);
    out.number(card.episodes).number(card.caught_early);
    out.number(card.level_changes);
    out.number(card.precision.hits)
        .number(card.precision.warnings);
    out.number(u8::from(card.in_episode));
    match card.alarm {
        Run::Quiet => out.word("quiet"),
        Run::LeftOver => out.word("leftover"),
        Run::Fresh(since) => out.word("fresh").time(since),
    };
    out.number(card.leads.len());
    for lead in &card.leads {
        out.number(*lead);
    }
    out.number(card.suspended.len());
    for one in &card.suspended {
        out.time(one.at).number(one.alarm_minutes);
        out.number(u8::from(one.warning));
    }
}

pub(super) fn card(from: &mut Reader<'_>) -> Read<Scorecard> {
    Ok(Scorecard {
        observed_minutes: from.real()?,
        overload_minutes: from.real()?,
        missed_minutes: from.real()?,
        false_alarm_minutes: from.real()?,
        episodes: from.number()?,
        caught_early: from.number()?,
        level_changes: from.number()?,
        precision: Precision {
            hits: from.real()?,
            warnings: from.real()?,
        },
        in_episode: from.flag()?,
        alarm: run(from)?,
        leads: from.list(LONGEST_LIST, Reader::number)?,
        suspended: from.list(LONGEST_LIST, |from| {
            Ok(Suspended {
                at: from.time()?,
                alarm_minutes: from.number()?,
                warning: from.flag()?,
            })
        })?,
        keep: Keep::Recent,
    })
}

fn run(from: &mut Reader<'_>) -> Read<Run> {
    match from.word()? {
        "quiet" => Ok(Run::Quiet),
        "leftover" => Ok(Run::LeftOver),
        "fresh" => Ok(Run::Fresh(from.time()?)),
        _ => from.wrong(),
    }
}
