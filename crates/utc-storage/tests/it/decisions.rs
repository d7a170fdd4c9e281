//! Going through recorded decisions page by page.

use utc_domain::{ReceiptKind, Timestamp};
use utc_storage::journal::Class;
use utc_storage::rows::decisions::{Stretch, between, from_end, page};
use utc_storage::rows::receipts;

use crate::support::{Running, draft, job, postgres, sqlite, start_with};

const COUNT: i64 = 500;

/// Every fifth receipt is no decision, every seventh is about the unit `seldom`.
fn is_decision(n: i64) -> bool {
    n % 5 != 0
}

fn is_seldom(n: i64) -> bool {
    n % 7 == 0
}

fn fill(running: &Running) {
    let jobs = (0..COUNT).map(|n| {
        let mut draft = draft(&n.to_string());
        let unit = if is_seldom(n) { "seldom" } else { "often" };
        draft.unit = Some(unit.parse().unwrap());
        if !is_decision(n) {
            draft.kind = ReceiptKind::Approval;
        }
        job(Class::Decision, vec![draft], None)
    });
    assert!(running.together(jobs.collect()).iter().all(Result::is_ok));
}

fn stretch(from: i64, before: i64, unit: Option<&str>) -> Stretch {
    Stretch {
        from,
        before,
        unit: unit.map(str::to_owned),
    }
}

/// Every position that is found, and in how many pages.
fn walk(running: &Running, stretch: &Stretch, limit: i64) -> (Vec<i64>, usize) {
    let (mut left, mut found, mut pages) = (stretch.clone(), Vec::new(), 0);
    while left.from < left.before {
        let page = running.store.read(|db| page(db, &left, limit)).unwrap();
        assert!(page.rows.len() <= usize::try_from(limit).unwrap());
        assert!(page.next > left.from, "each page leads on");
        for filed in &page.rows {
            let kind = if is_decision(filed.row.seq) {
                "decision"
            } else {
                "approval"
            };
            assert_eq!(filed.kind, kind);
        }
        found.extend(page.rows.iter().map(|filed| filed.row.seq));
        left.from = page.next;
        pages += 1;
    }
    (found, pages)
}

#[test]
fn pages_give_every_receipt_of_the_stretch_once_and_in_order() {
    for database in [sqlite(), postgres()] {
        let running = start_with(&database.location, 10_000);
        fill(&running);
        for limit in [1, 7, 100, COUNT] {
            for (from, before) in [(0, COUNT), (3, 402), (250, 251), (10, 10)] {
                let expected = |unit: fn(i64) -> bool| -> Vec<i64> {
                    let all = from..before;
                    all.filter(|n| unit(*n)).collect()
                };
                let (found, pages) = walk(&running, &stretch(from, before, None), limit);
                assert_eq!(found, expected(|_| true));
                let most = (before - from).div_euclid(limit) + 1;
                assert!(pages <= usize::try_from(most).unwrap(), "{pages} pages");
                let (found, _) = walk(&running, &stretch(from, before, Some("seldom")), limit);
                assert_eq!(found, expected(is_seldom));
                let (found, _) = walk(&running, &stretch(from, before, Some("never")), limit);
                assert_eq!(found, Vec::<i64>::new());
            }
        }
    }
}

#[test]
fn the_last_decisions_are_counted_from_the_end() {
    for database in [sqlite(), postgres()] {
        let running = start_with(&database.location, 10_000);
        fill(&running);
        for unit in [None, Some("seldom")] {
            let whole = stretch(3, 402, unit);
            let (mut all, _) = walk(&running, &whole, 100);
            all.retain(|n| is_decision(*n));
            for count in [1, 2, 17, all.len(), all.len() + 1] {
                let count_64 = i64::try_from(count).unwrap();
                let found = running.store.read(|db| from_end(db, &whole, count_64));
                let expected = all.len().checked_sub(count).map(|at| all[at]);
                assert_eq!(found.unwrap(), expected, "{unit:?} {count}");
            }
        }
    }
}

#[test]
fn times_bound_the_positions_from_below_inclusive_and_from_above_exclusive() {
    for database in [sqlite(), postgres()] {
        let running = start_with(&database.location, 10_000);
        fill(&running);
        let rows = running.store.read(|db| receipts::from_seq(db, 0, COUNT));
        let rows = rows.unwrap();
        let at = |seq: usize| Timestamp::from_micros(rows[seq].ts);
        let check = |from, to, size, expected| {
            let found = running.store.read(|db| between(db, from, to, size));
            assert_eq!(found.unwrap(), expected);
        };
        check(None, None, COUNT, (0, COUNT));
        check(Some(at(7)), Some(at(9)), COUNT, (7, 9));
        check(Some(at(7).plus_micros(1)), None, COUNT, (8, COUNT));
        check(None, Some(Timestamp::MAX), COUNT, (0, COUNT));
        check(Some(Timestamp::MAX), None, COUNT, (COUNT, COUNT));
        // What came after the size was taken is no part of it.
        check(None, Some(at(400)), 300, (0, 300));
        check(Some(at(350)), None, 300, (300, 300));
        check(Some(at(9)), Some(at(7)), COUNT, (9, 9));
    }
}
