//! The policy switches and the history of the policy.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{policy_versions, rules};

/// A switch.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = rules)]
pub struct RuleRow {
    /// Its key.
    pub key: String,
    /// Whether it is on.
    pub enabled: bool,
    /// When it was last switched.
    pub updated_at: i64,
    /// Who switched it.
    pub updated_by: String,
    /// The receipt of that.
    pub receipt_id: String,
    /// Whose setting that is: `nobody`, `job` or `person`.
    pub owner: String,
}

/// One version of the policy set.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = policy_versions)]
pub struct PolicyVersionRow {
    /// From 1, without gaps.
    pub version: i64,
    /// `sha256:` digest of `canonical`.
    pub digest: String,
    /// The canonical JSON of the set.
    pub canonical: String,
    /// The rule that was switched; none for the first version.
    pub rule: Option<String>,
    /// What it was switched to.
    pub enabled: Option<bool>,
    /// Who did it.
    pub changed_by: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// The receipt.
    pub receipt_id: String,
    /// When.
    pub ts: i64,
}

/// Every switch, by key.
pub fn all(db: &mut Db) -> Result<Vec<RuleRow>, StorageError> {
    let columns = (
        rules::key,
        rules::enabled,
        rules::updated_at,
        rules::updated_by,
        rules::receipt_id,
        rules::owner,
    );
    Ok(rules::table
        .order(rules::key.asc())
        .select(columns)
        .load(db)?)
}

/// One switch.
pub fn find(db: &mut Db, key: &str) -> Result<Option<RuleRow>, StorageError> {
    Ok(rules::table
        .find(key)
        .select(rules::all_columns)
        .get_result(db)
        .optional()?)
}

/// Adds a switch.
pub fn insert(db: &mut Db, row: &RuleRow) -> Result<(), StorageError> {
    diesel::insert_into(rules::table).values(row).execute(db)?;
    Ok(())
}

/// Sets a switch.
pub fn update(db: &mut Db, row: &RuleRow) -> Result<(), StorageError> {
    diesel::update(rules::table.find(&row.key))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// Adds a version of the policy set.
pub fn insert_version(db: &mut Db, row: &PolicyVersionRow) -> Result<(), StorageError> {
    diesel::insert_into(policy_versions::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// The canonical JSON of one version of the policy set.
pub fn canonical(db: &mut Db, version: i64) -> Result<Option<String>, StorageError> {
    Ok(policy_versions::table
        .find(version)
        .select(policy_versions::canonical)
        .get_result(db)
        .optional()?)
}

/// The canonical JSON of the policy set with this digest: there are few versions, and each is the same set.
pub fn canonical_of(db: &mut Db, digest: &str) -> Result<Option<String>, StorageError> {
    Ok(policy_versions::table
        .filter(policy_versions::digest.eq(digest))
        .order(policy_versions::version.asc())
        .select(policy_versions::canonical)
        .first(db)
        .optional()?)
}

/// The number of the newest version; 0 before the first.
pub fn newest_version(db: &mut Db) -> Result<i64, StorageError> {
    let newest: Option<i64> = policy_versions::table
        .order(policy_versions::version.desc())
        .select(policy_versions::version)
        .first(db)
        .optional()?;
    Ok(newest.unwrap_or(0))
}

/// The version in force; none while the log is empty. Every change asks for it: unlike a statement with a limit, this one
/// stays prepared on SQLite.
pub fn newest(db: &mut Db) -> Result<Option<PolicyVersionRow>, StorageError> {
    let newest = diesel::alias!(policy_versions as newest);
    let newest = newest.select(diesel::dsl::max(newest.field(policy_versions::version)));
    let row = policy_versions::table
        .filter(policy_versions::version.nullable().eq_any(newest))
        .select(COLUMNS);
    Ok(row.load(db)?.pop())
}

/// Versions below `before` (or from the newest), newest first.
pub fn versions(
    db: &mut Db,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<PolicyVersionRow>, StorageError> {
    let rows = policy_versions::table
        .filter(policy_versions::version.lt(before.unwrap_or(i64::MAX)))
        .order(policy_versions::version.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(db)?;
    Ok(rows)
}

type Columns = (
    policy_versions::version,
    policy_versions::digest,
    policy_versions::canonical,
    policy_versions::rule,
    policy_versions::enabled,
    policy_versions::changed_by,
    policy_versions::reason,
    policy_versions::receipt_id,
    policy_versions::ts,
);

const COLUMNS: Columns = (
    policy_versions::version,
    policy_versions::digest,
    policy_versions::canonical,
    policy_versions::rule,
    policy_versions::enabled,
    policy_versions::changed_by,
    policy_versions::reason,
    policy_versions::receipt_id,
    policy_versions::ts,
);
