//! `report.html`: what a person would hand to an auditor. It stands alone and prints.

mod page;
mod rows;
mod units;

pub(crate) use page::render;
pub(crate) use rows::Rows;
