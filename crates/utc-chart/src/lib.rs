#![doc = include_str!("../README.md")]

mod backlog;
mod canvas;
mod figure;
mod outcomes;
mod plot;
mod replay;
mod rho;
mod risk;
mod series;
mod table;
mod text;

pub use backlog::{Backlog, BacklogChart};
pub use figure::{Figure, STYLE};
pub use outcomes::{Minute, OutcomesChart};
pub use replay::{Recording, Step, draw_replays};
pub use rho::{Band, LevelSince, RhoChart, Thresholds};
pub use risk::RiskChart;
pub use series::{POINTS, Series};
