use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;
use crate::SystemClock;

fn start(unit: Option<&str>) -> Start {
    Start {
        by: "user:alice".parse().unwrap(),
        unit: unit.map(|unit| unit.parse().unwrap()),
        clock: Arc::new(SystemClock),
    }
}

fn everybody() -> Principal {
    Principal::local("admin:cli".parse().unwrap())
}

/// Work that goes on until it is told to end.
fn held(works: &Works<u32>, unit: Option<&str>) -> (WorkId, Sender<()>) {
    let (release, released): (Sender<()>, Receiver<()>) = channel();
    let id = works.begin(start(unit), move |pace| {
        let mut done = 0;
        while released.try_recv().is_err() {
            done += 1;
            if pace.tell(done, 10_000_000_000).is_break() {
                return Ok(None);
            }
            std::thread::yield_now();
        }
        Ok(Some(7))
    });
    (id.unwrap(), release)
}

/// Waits for the end.
fn ended(works: &Works<u32>, id: WorkId) -> WorkView<u32> {
    loop {
        let view = works.view(&everybody(), id).unwrap();
        if view.ended_at.is_some() {
            return view;
        }
        std::thread::yield_now();
    }
}

#[test]
fn work_runs_tells_its_pace_and_is_done() {
    let works = Works::new("replay", 1, 32, &Arc::default());
    let (id, release) = held(&works, None);
    let running = loop {
        let view = works.view(&everybody(), id).unwrap();
        if view.done > 0 {
            break view;
        }
    };
    assert_eq!(
        (running.state.as_str(), running.total),
        ("running", 10_000_000_000)
    );
    assert_eq!(running.started_by.as_str(), "user:alice");
    release.send(()).unwrap();
    assert!(matches!(ended(&works, id).state, WorkState::Done(result) if *result == 7));
}

#[test]
fn no_more_runs_at_once_than_may_and_a_place_is_given_back() {
    let works = Works::new("replay", 2, 32, &Arc::default());
    let (first, _keep) = held(&works, None);
    let (second, release) = held(&works, None);
    let refused = works.begin(start(None), |_| Ok(Some(1)));
    assert!(matches!(
        refused,
        Err(AppError::Conflict {
            code: "too_much_work",
            ..
        })
    ));
    assert_eq!(works.cancel(&everybody(), first).unwrap().id, first);
    assert!(matches!(ended(&works, first).state, WorkState::Cancelled));
    let third = works.begin(start(None), |_| Ok(Some(1))).unwrap();
    assert!(matches!(ended(&works, third).state, WorkState::Done(_)));
    release.send(()).unwrap();
    ended(&works, second);
    // What has ended stays as it ended.
    works.cancel(&everybody(), second).unwrap();
    assert!(matches!(ended(&works, second).state, WorkState::Done(_)));
}

#[test]
fn what_fails_or_panics_says_so_and_gives_its_place_back() {
    let works: Works<u32> = Works::new("replay", 1, 32, &Arc::default());
    let failed = works.begin(start(None), |_| Err(AppError::Busy)).unwrap();
    let view = ended(&works, failed);
    assert!(matches!(view.state, WorkState::Failed(why) if why.contains("waiting to be written")));
    let panicked = works.begin(start(None), |_| panic!("on purpose")).unwrap();
    let view = ended(&works, panicked);
    assert!(matches!(view.state, WorkState::Failed(why) if why == "an internal fault"));
    assert!(works.begin(start(None), |_| Ok(Some(1))).is_ok());
}

#[test]
fn a_bounded_number_is_remembered_the_oldest_forgotten_first() {
    let works = Works::new("replay", 1, 32, &Arc::default());
    let (kept, all) = (32 + 1, 32 + 5);
    let mut ids = Vec::new();
    for _ in 0..all {
        let id = works.begin(start(None), |_| Ok(Some(1))).unwrap();
        ended(&works, id);
        ids.push(id);
    }
    let known = |id: &WorkId| works.view(&everybody(), *id).is_ok();
    assert_eq!(ids.iter().filter(|id| known(id)).count(), kept);
    assert!(ids[all - kept..].iter().all(known));
}

#[test]
fn everything_ends_with_the_process() {
    let works = Works::new("replay", 2, 32, &Arc::default());
    let (one, _first) = held(&works, None);
    let (other, _second) = held(&works, Some("payments"));
    works.cancel_all();
    assert!(matches!(ended(&works, one).state, WorkState::Cancelled));
    assert!(matches!(ended(&works, other).state, WorkState::Cancelled));
}

#[test]
fn an_id_has_one_spelling() {
    let id = WorkId::random();
    assert_eq!(id.to_string().parse::<WorkId>(), Ok(id));
    assert!(id.to_string().to_uppercase().parse::<WorkId>().is_err());
}

#[test]
fn places_are_taken_and_given_back() {
    let places = Places::new("simulation", 1);
    let taken = places.take().ok();
    assert!(matches!(
        places.take().err(),
        Some(AppError::Conflict {
            code: "too_much_work",
            ..
        })
    ));
    drop(taken);
    assert!(places.take().is_ok());
}
