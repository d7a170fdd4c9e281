//! What the time of day and the day of the week usually bring.

use utc_domain::Timestamp;

use super::settings::MICROS_PER_MINUTE;

const BIN_MICROS: i64 = 15 * MICROS_PER_MINUTE;
const QUARTERS: usize = 4;
pub(super) const DAY_BINS: usize = 24 * QUARTERS;
pub(super) const WEEK_BINS: usize = 7 * DAY_BINS;
/// The weight of the newest visit to a bin: three weeks of memory.
const WEIGHT: f32 = 0.3;
/// More than this many times the profile's median is not learned: one absurd report must not haunt the unit for weeks.
const CLIP: f32 = 3.0;
/// A profile is stored whole again when at least so many quarters changed since, and at most `FRESH_SPREAD` more.
const FRESH_LEAST: usize = 16;
const FRESH_SPREAD: u32 = 32;

/// The usual arrivals per hour in each quarter of an hour, of the day and of the week.
///
/// A quarter that was visited in earlier weeks is known by the week, else by the day, else not at all. Learned values
/// are clipped at three times the profile's median, but never below `floor`, what the unit can be offered before it is
/// overloaded: otherwise a unit that is idle most of the day could never learn its busy hour.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) week: Vec<Bin>,
    pub(super) day: Vec<Bin>,
    pub(super) median: f32,
    pub(super) stored: Stored,
}

/// What storage has of a profile, beside what moves with each observation. It is no part of what the unit is: two profiles
/// that know the same are equal.
#[derive(Debug, Clone)]
pub(super) enum Stored {
    /// Nothing, or another one.
    Nothing,
    /// All but these quarters of the week.
    AllBut(Vec<u16>),
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        (&self.week, &self.day, self.median) == (&other.week, &other.day, other.median)
    }
}

/// One quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Bin {
    pub(super) usual: f32,
    pub(super) visits: u8,
}

impl Bin {
    fn learn(&mut self, value: f32) {
        let share = 1.0 / (f32::from(self.visits) + 1.0);
        self.usual += share.max(WEIGHT) * (value - self.usual);
        self.visits = self.visits.saturating_add(1);
    }

    fn known(self) -> Option<f32> {
        (self.visits > 0).then_some(self.usual)
    }
}

impl Profile {
    pub(super) fn new() -> Self {
        Self {
            week: vec![Bin::default(); WEEK_BINS],
            day: vec![Bin::default(); DAY_BINS],
            median: 0.0,
            stored: Stored::Nothing,
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let fresh = match &self.stored {
            Stored::Nothing => 0,
            Stored::AllBut(fresh) => fresh.capacity() * size_of::<u16>(),
        };
        (self.week.capacity() + self.day.capacity()) * size_of::<Bin>() + fresh
    }

    /// The median of what it usually brings, where quarters of at least so many hours are known.
    pub(super) fn median_of(&self, hours: usize) -> Option<f64> {
        let known = self.day.iter().filter(|bin| bin.visits > 0).count();
        (known >= hours * QUARTERS).then(|| f64::from(self.median))
    }

    /// Every quarter by its place: those of the week, then those of the day.
    pub(super) fn bins(&self) -> impl Iterator<Item = (usize, Bin)> {
        let all = self.week.iter().chain(&self.day);
        all.copied().enumerate()
    }

    /// The quarter at a place.
    pub(super) fn bin_mut(&mut self, place: usize) -> Option<&mut Bin> {
        match place.checked_sub(WEEK_BINS) {
            None => self.week.get_mut(place),
            Some(day) => self.day.get_mut(day),
        }
    }

    /// The quarters that storage lacks, by their places; none where it has nothing of this profile, or where so many came
    /// together that it is time to store it whole. That time differs from unit to unit, so that they do not all come at once.
    pub(super) fn lacking(&self) -> Option<Vec<usize>> {
        let Stored::AllBut(fresh) = &self.stored else {
            return None;
        };
        let spread = usize::try_from(self.median.to_bits() % FRESH_SPREAD).unwrap_or_default();
        if fresh.len() > FRESH_LEAST + spread {
            return None;
        }
        let week = fresh.iter().map(|&quarter| usize::from(quarter));
        let both = week.flat_map(|quarter| [quarter, WEEK_BINS + quarter % DAY_BINS]);
        Some(both.collect())
    }

    /// Notes that storage has all of it now.
    pub(super) fn set_stored(&mut self) {
        self.stored = Stored::AllBut(Vec::new());
    }

    /// The usual arrivals per hour at a time.
    pub(super) fn usual(&self, at: Timestamp) -> Option<f64> {
        let week = self.week.get(bin(at, WEEK_BINS)).copied();
        let day = self.day.get(bin(at, DAY_BINS)).copied();
        let known = week
            .and_then(Bin::known)
            .or_else(|| day.and_then(Bin::known));
        known.map(f64::from)
    }

    /// Takes in what was observed; `floor` as above.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a profile needs seven digits, not sixteen; rates up to 10⁹ fit"
    )]
    pub(super) fn learn(&mut self, at: Timestamp, lambda: f64, floor: f64) {
        let limit = (CLIP * self.median).max(floor as f32);
        let value = (lambda as f32).min(limit);
        let quarter = bin(at, WEEK_BINS);
        if let Some(week) = self.week.get_mut(quarter) {
            week.learn(value);
        }
        if let (Stored::AllBut(fresh), Ok(quarter)) = (&mut self.stored, u16::try_from(quarter))
            && fresh.last() != Some(&quarter)
        {
            fresh.push(quarter);
        }
        if let Some(day) = self.day.get_mut(bin(at, DAY_BINS)) {
            let first_visit = day.visits == 0;
            day.learn(value);
            if first_visit || at.as_micros() % BIN_MICROS < MICROS_PER_MINUTE {
                self.median = median(&self.day);
            }
        }
    }
}

fn median(bins: &[Bin]) -> f32 {
    let mut known: Vec<f32> = bins.iter().filter_map(|bin| bin.known()).collect();
    let middle = known.len() / 2;
    if known.is_empty() {
        return 0.0;
    }
    *known.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// Which of `bins` quarters a time lies in, counted from the epoch, a Thursday.
fn bin(at: Timestamp, bins: usize) -> usize {
    usize::try_from(at.as_micros() / BIN_MICROS).map_or(0, |quarter| quarter % bins)
}
