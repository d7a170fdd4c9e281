//! The console: pages for people, in a browser.
//!
//! A page is a folder (or, where it is small, a file): its routes with their guards, handlers that call one use case and
//! map what it gives into a view, and the view, which is what the template sees. [`Tab`] lists the nine pages and who sees
//! them. Everything that a page does works as a plain form, without scripts.

mod access;
mod approvals;
mod assets;
mod confirm;
mod demo;
mod docs;
mod evidence;
mod flash;
mod form;
mod home;
mod link;
mod lock;
mod overview;
mod preferences;
mod problem_page;
mod receipts;
mod rules;
mod secret;
mod shell;
mod sign_in;
mod signals;
mod tab;
mod templates;
mod units;
mod webhooks;
mod words;

use crate::routes::Endpoint;

pub(crate) use assets::register as register_assets;
pub(crate) use confirm::Confirm;
pub(crate) use flash::Flash;
pub(crate) use form::{Entries, FormErrors};
pub(crate) use problem_page::render as problem_page;
pub(crate) use shell::Shell;
pub(crate) use tab::Tab;
pub use templates::Pages;

/// The routes of every page.
pub(crate) fn routes() -> Vec<Endpoint> {
    let mut routes = home::routes();
    routes.extend(overview::routes());
    routes.extend(rules::routes());
    routes.extend(receipts::routes());
    routes.extend(access::routes());
    routes.extend(webhooks::routes());
    routes.extend(approvals::routes());
    routes.extend(units::routes());
    routes.extend(evidence::routes());
    routes.extend(demo::routes());
    routes.extend(signals::routes());
    routes.extend(sign_in::routes());
    routes.extend(preferences::routes());
    routes
}
