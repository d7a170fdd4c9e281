//! A seasonal profile as text.

use super::codec::{Reader, Writer};
use super::profile::{Bin, DAY_BINS, Profile, Stored, WEEK_BINS};
use super::text::Read;

/// All quarters of which something is known.
pub(super) fn put_whole(out: &mut Writer, profile: &Profile) {
    let known = profile.bins().filter(|(_, bin)| bin.visits > 0);
    put_bins(out, profile.median, known.collect());
}

/// The median and some quarters, with their places.
pub(super) fn put_bins(out: &mut Writer, median: f32, bins: Vec<(usize, Bin)>) {
    out.number(median).number(bins.len());
    for (place, bin) in bins {
        out.number(place).number(bin.usual).number(bin.visits);
    }
}

pub(super) fn whole_profile(from: &mut Reader<'_>) -> Read<Profile> {
    let mut profile = Profile::new();
    take_bins(from, &mut profile)?;
    Ok(profile)
}

/// What is stored beside the state, with what the state tells of it.
pub(super) fn beside_profile(from: &mut Reader<'_>, beside: Option<&str>) -> Read<Profile> {
    let Some(beside) = beside else {
        return from.wrong();
    };
    let mut stored = Reader::new(beside);
    let mut profile = whole_profile(&mut stored)?;
    stored.end()?;
    let told = take_bins(from, &mut profile)?;
    let of_week = told.into_iter().filter(|&place| place < WEEK_BINS);
    let fresh = of_week.filter_map(|place| u16::try_from(place).ok());
    profile.stored = Stored::AllBut(fresh.collect());
    Ok(profile)
}

/// One that told of every quarter, in order.
pub(super) fn old_profile(from: &mut Reader<'_>) -> Read<Profile> {
    let mut profile = Profile::new();
    profile.median = from.number()?;
    for bin in profile.week.iter_mut().chain(&mut profile.day) {
        *bin = Bin {
            usual: from.number()?,
            visits: from.number()?,
        };
    }
    Ok(profile)
}

/// Takes quarters over, and says which.
fn take_bins(from: &mut Reader<'_>, profile: &mut Profile) -> Read<Vec<usize>> {
    profile.median = from.number()?;
    from.list(2 * (WEEK_BINS + DAY_BINS), |from| {
        let place = from.number()?;
        let told = Bin {
            usual: from.number()?,
            visits: from.number()?,
        };
        match profile.bin_mut(place) {
            Some(bin) => *bin = told,
            None => return from.wrong(),
        }
        Ok(place)
    })
}
