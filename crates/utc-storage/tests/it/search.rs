//! Searching receipts: pages meet without overlap, every filter has its index.

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::journal::Class;
use utc_storage::rows::receipts::{Filter, WINDOW, search};

use crate::support::{Running, draft, job, postgres, sqlite, start_with};

fn fill(running: &Running, count: i64) {
    let jobs = (0..count).map(|n| {
        let mut draft = draft(&n.to_string());
        draft.subject = format!("agent-{}", n % 3).parse().unwrap();
        draft.unit = Some(
            if n % 1_000 == 7 { "rare" } else { "common" }
                .parse()
                .unwrap(),
        );
        draft.decision = Some(utc_domain::Decision::ALL[usize::try_from(n % 2).unwrap()]);
        job(Class::Decision, vec![draft], None)
    });
    assert!(running.together(jobs.collect()).iter().all(Result::is_ok));
}

/// Whether a position must be found.
type Matches = Box<dyn Fn(i64) -> bool>;

/// Every position that a search finds, page by page.
fn walk(running: &Running, filter: &Filter, limit: usize) -> Vec<i64> {
    let mut filter = filter.clone();
    let mut found = Vec::new();
    loop {
        let page = running
            .store
            .read(|db| search(db, &filter, limit, &|_| true))
            .unwrap();
        assert!(page.rows.len() <= limit);
        found.extend(page.rows.iter().map(|row| row.seq));
        match page.next {
            Some(next) => filter.before = Some(next),
            None => return found,
        }
    }
}

#[test]
fn every_combination_of_filters_pages_through_exactly_what_matches() {
    for database in [sqlite(), postgres()] {
        let running = start_with(&database.location, 10_000);
        let count = 3 * WINDOW + 11;
        fill(&running, count);
        let cases: Vec<(Filter, Matches)> = vec![
            (Filter::default(), Box::new(|_| true)),
            (
                Filter {
                    subject: Some("agent-1".into()),
                    ..Filter::default()
                },
                Box::new(|n| n % 3 == 1),
            ),
            (
                Filter {
                    unit: Some("rare".into()),
                    ..Filter::default()
                },
                Box::new(|n| n % 1_000 == 7),
            ),
            (
                // The subject leads, and meets the unit seldom: pages without a hit must still lead on.
                Filter {
                    subject: Some("agent-0".into()),
                    unit: Some("rare".into()),
                    ..Filter::default()
                },
                Box::new(|n| n % 3 == 0 && n % 1_000 == 7),
            ),
            (
                Filter {
                    decision: Some("ALLOW".into()),
                    ..Filter::default()
                },
                Box::new(|n| n % 2 == 0),
            ),
            (
                Filter {
                    decision: Some("REQUIRE_APPROVAL".into()),
                    ..Filter::default()
                },
                Box::new(|n| n % 2 == 1),
            ),
            (
                Filter {
                    kind: Some("decision".into()),
                    unit: Some("rare".into()),
                    ..Filter::default()
                },
                Box::new(|n| n % 1_000 == 7),
            ),
            (
                Filter {
                    kind: Some("decision".into()),
                    ..Filter::default()
                },
                Box::new(|_| true),
            ),
            (
                Filter {
                    kind: Some("policy_change".into()),
                    ..Filter::default()
                },
                Box::new(|_| false),
            ),
            (
                Filter {
                    action: Some("read:x".into()),
                    ..Filter::default()
                },
                Box::new(|_| false),
            ),
        ];
        for (filter, matches) in cases {
            let expected: Vec<i64> = (0..count).rev().filter(|n| matches(*n)).collect();
            assert_eq!(walk(&running, &filter, 150), expected, "{filter:?}");
        }
    }
}

#[test]
fn times_bound_a_search_from_below_inclusive_and_from_above_exclusive() {
    for database in [sqlite(), postgres()] {
        let running = start_with(&database.location, 10_000);
        fill(&running, 100);
        let all = running
            .store
            .read(|db| search(db, &Filter::default(), 200, &|_| true))
            .unwrap()
            .rows;
        let at = |seq: i64| all.iter().find(|row| row.seq == seq).unwrap().ts;
        let filter = Filter {
            from: Some(at(10)),
            to: Some(at(20)),
            ..Filter::default()
        };
        assert_eq!(
            walk(&running, &filter, 7),
            (10..20).rev().collect::<Vec<_>>()
        );
        let after = Filter {
            from: Some(at(99) + 1),
            ..Filter::default()
        };
        assert_eq!(walk(&running, &after, 7), Vec::<i64>::new());
    }
}

#[derive(diesel::QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[test]
fn sqlite_answers_each_filter_from_an_index_without_sorting() {
    let database = sqlite();
    let running = start_with(&database.location, 10_000);
    fill(&running, 10);
    let mut db: Db = connect(&database.location, Purpose::Read).unwrap();
    for (condition, index) in [
        ("subject = $1", "receipts_subject"),
        ("action = $1", "receipts_action"),
        ("unit = $1", "receipts_unit"),
        ("decision = $1 AND decision <> 'ALLOW'", "receipts_decision"),
        ("kind = $1 AND kind <> 'decision'", "receipts_kind"),
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT seq FROM receipts WHERE {condition} AND seq >= 0 AND seq < 9 ORDER BY seq DESC LIMIT 5"
        );
        let query = diesel::sql_query(sql).bind::<Text, _>("x");
        let plan: Vec<Plan> = query.load(&mut db).unwrap();
        let text: String = plan.iter().map(|step| step.detail.clone()).collect();
        assert!(
            text.contains(index) && !text.contains("TEMP B-TREE"),
            "{condition}: {text}"
        );
    }
}

#[test]
fn a_time_finds_its_position_even_where_a_receipt_is_missing() {
    let database = sqlite();
    let running = start_with(&database.location, 10_000);
    fill(&running, 50);
    let all = running
        .store
        .read(|db| search(db, &Filter::default(), 100, &|_| true));
    let all = all.unwrap().rows;
    let mut db = connect(&database.location, Purpose::Maintain).unwrap();
    diesel::sql_query("DELETE FROM receipts WHERE seq BETWEEN 20 AND 30")
        .execute(&mut db)
        .unwrap();
    for row in &all {
        let filter = Filter {
            from: Some(row.ts),
            ..Filter::default()
        };
        let left = |seq: &i64| !(20..=30).contains(seq);
        let expected: Vec<i64> = (row.seq..50).rev().filter(left).collect();
        assert_eq!(walk(&running, &filter, 7), expected, "from {}", row.seq);
    }
}
