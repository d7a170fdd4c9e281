//! Charts as they are drawn.

use utc_chart::{
    Backlog, BacklogChart, Band, Figure, LevelSince, Minute, OutcomesChart, Recording, RhoChart,
    RiskChart, Step, Thresholds, draw_replays,
};
use utc_domain::{ProtectionLevel, Timestamp};

use crate::page::check;

fn at(minute: i64) -> Timestamp {
    let noon: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
    noon.plus_minutes(minute)
}

fn checked(figure: &Figure) -> String {
    check(figure);
    figure.html()
}

fn measured() -> [(Timestamp, f64); 5] {
    [
        (at(0), 0.35),
        (at(10), 0.5),
        (at(20), 0.72),
        (at(30), 0.95),
        (at(40), 0.7),
    ]
}

fn rho() -> Figure {
    RhoChart {
        unit: "payments-api",
        measured: &measured(),
        thresholds: Some(Thresholds {
            low: 0.6,
            high: 0.9,
        }),
        levels: &[
            LevelSince {
                at: at(0),
                level: ProtectionLevel::Permissive,
            },
            LevelSince {
                at: at(20),
                level: ProtectionLevel::RequireApproval,
            },
            LevelSince {
                at: at(30),
                level: ProtectionLevel::ReadOnly,
            },
        ],
        forecast: Some(Band {
            from: at(40),
            until: at(55),
            least: 0.6,
            most: 1.1,
        }),
    }
    .draw()
}

#[test]
fn the_utilisation_of_a_unit() {
    insta::assert_snapshot!(checked(&rho()));
}

#[test]
fn decisions_per_minute() {
    let minute = |minute, allow, require_approval, deny| Minute {
        at: at(minute),
        allow,
        require_approval,
        deny,
    };
    let minutes = [
        minute(0, 12, 0, 0),
        minute(1, 7, 3, 1),
        minute(2, 0, 0, 0),
        minute(3, 30, 0, 17),
    ];
    insta::assert_snapshot!(checked(&OutcomesChart { minutes: &minutes }.draw()));
}

#[test]
fn what_waits_for_people() {
    let since = |minute, pending, wait_minutes| Backlog {
        at: at(minute),
        pending,
        wait_minutes,
    };
    let backlog = [
        since(0, 0, 150.0),
        since(5, 1, 300.0),
        since(9, 2, 450.0),
        since(30, 1, 300.0),
    ];
    insta::assert_snapshot!(checked(
        &BacklogChart {
            backlog: &backlog,
            until: at(60)
        }
        .draw()
    ));
}

#[test]
fn the_risk_of_a_unit() {
    let scores = [
        (at(0), 12.0),
        (at(60), 55.5),
        (at(120), 83.0),
        (at(180), 61.0),
    ];
    insta::assert_snapshot!(checked(
        &RiskChart {
            unit: "ledger",
            scores: &scores,
            risky: (70.0, 50.0)
        }
        .draw()
    ));
}

#[test]
fn recordings_under_both_controllers() {
    let steps: Vec<Step> = (0..8)
        .map(|step| Step {
            at: at(step * 15),
            truth: if step < 5 { 0.4 } else { 1.0 },
            classic: step > 5,
            predictive: step > 4,
        })
        .collect();
    let recordings = ["a.csv", "b.csv"].map(|name| Recording {
        name,
        steps: &steps,
        warm_up: 2,
        high: 0.9,
    });
    let figure = draw_replays(&recordings);
    check(&figure);
    let file = figure.document();
    assert_eq!(file.matches("<polyline").count(), 2);
    assert_eq!(file.matches("class=\"lock\"").count(), 4);
    assert_eq!(file.matches("class=\"overload\"").count(), 2);
    assert!(file.contains("<style>") && !file.contains("<script"));
}

#[test]
fn nothing_at_all_is_drawn_as_nothing_at_all() {
    let none = RhoChart {
        unit: "new",
        measured: &[],
        thresholds: None,
        levels: &[],
        forecast: None,
    }
    .draw();
    check(&none);
    assert_eq!(none.description(), "Nothing was measured yet.");
    assert!(!none.html().contains("<details"));
    let none = OutcomesChart { minutes: &[] }.draw();
    check(&none);
    assert_eq!(none.description(), "Nothing was decided yet.");
    let none = BacklogChart {
        backlog: &[],
        until: at(0),
    }
    .draw();
    check(&none);
    assert_eq!(none.description(), "Nothing waited.");
}

#[test]
fn a_hostile_name_stands_there_as_text() {
    let unit = "<script>alert(1)</script>\"'&\u{0}\u{ffff}";
    let chart = RhoChart {
        unit,
        measured: &measured(),
        thresholds: None,
        levels: &[],
        forecast: None,
    };
    let html = checked(&chart.draw());
    assert!(!html.contains("<script"), "{html}");
    assert!(
        html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}"),
        "{html}"
    );
}

#[test]
fn higher_values_are_drawn_higher_and_later_ones_further_right() {
    let svg = rho().svg();
    let line = svg.split("class=\"measured\" points=\"").nth(1).unwrap();
    let line = line.split('"').next().unwrap();
    let points: Vec<(f64, f64)> = line
        .split(' ')
        .map(|pair| pair.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    assert_eq!(points.len(), 5);
    for (pair, values) in points.windows(2).zip(measured().windows(2)) {
        assert!(pair[0].0 < pair[1].0, "{line}");
        assert_eq!(pair[0].1 > pair[1].1, values[0].1 < values[1].1, "{line}");
    }
}
