//! The tables, as diesel sees them on both databases. A test compares them with the migrated schemas.

diesel::table! {
    log_head (id) {
        id -> BigInt,
        size -> BigInt,
        last_leaf -> Text,
        last_ts -> BigInt,
        state_epoch -> BigInt,
        batch_id -> Text,
        active_kid -> Text,
        frontier -> Binary,
    }
}

diesel::table! {
    log_tiles (level, idx) {
        level -> BigInt,
        idx -> BigInt,
        hashes -> Binary,
    }
}

diesel::table! {
    log_signers (vkey) {
        vkey -> Text,
        from_seq -> BigInt,
        until_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    key_compromises (seq) {
        seq -> BigInt,
        kid -> Text,
        from_seq -> BigInt,
    }
}

diesel::table! {
    log_keys (kid) {
        kid -> Text,
        from_seq -> BigInt,
        until_seq -> Nullable<BigInt>,
        state -> Text,
    }
}

diesel::table! {
    receipts (seq) {
        seq -> BigInt,
        id -> Text,
        ts -> BigInt,
        kind -> Text,
        subject -> Text,
        action -> Nullable<Text>,
        unit -> Nullable<Text>,
        decision -> Nullable<Text>,
        code -> Text,
        jws -> Text,
    }
}

diesel::table! {
    inputs (receipt_id) {
        receipt_id -> Text,
        salt -> Text,
        body -> Nullable<Text>,
        erased_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    rules (key) {
        key -> Text,
        enabled -> Bool,
        updated_at -> BigInt,
        updated_by -> Text,
        receipt_id -> Text,
        owner -> Text,
    }
}

diesel::table! {
    policy_versions (version) {
        version -> BigInt,
        digest -> Text,
        canonical -> Text,
        rule -> Nullable<Text>,
        enabled -> Nullable<Bool>,
        changed_by -> Text,
        reason -> Nullable<Text>,
        receipt_id -> Text,
        ts -> BigInt,
    }
}

diesel::table! {
    units (name) {
        name -> Text,
        configured -> Bool,
        config -> Text,
        config_version -> BigInt,
        lambda_est -> Nullable<Double>,
        mu_est -> Nullable<Double>,
        rho -> Nullable<Double>,
        level -> Text,
        level_since -> Nullable<BigInt>,
        level_cause -> Nullable<Text>,
        below_since -> Nullable<BigInt>,
        last_observed_at -> Nullable<BigInt>,
        interval_micros -> Nullable<BigInt>,
        hour -> Nullable<BigInt>,
        hour_mean -> Nullable<Double>,
        hour_reports -> Nullable<BigInt>,
        previous_hour -> Nullable<BigInt>,
        previous_hour_mean -> Nullable<Double>,
        previous_hour_reports -> Nullable<BigInt>,
        change_point -> Bool,
        state_epoch -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        source -> Nullable<Text>,
        held_subjects -> Nullable<Text>,
    }
}

diesel::table! {
    unit_aliases (alias) {
        alias -> Text,
        unit -> Text,
    }
}

diesel::table! {
    pins (unit) {
        unit -> Text,
        level -> Text,
        reason -> Text,
        subject -> Text,
        since -> BigInt,
        expires_at -> Nullable<BigInt>,
        receipt_id -> Text,
    }
}

diesel::table! {
    risk_marks (unit) {
        unit -> Text,
        reason -> Text,
        subject -> Text,
        since -> BigInt,
        expires_at -> Nullable<BigInt>,
        receipt_id -> Text,
    }
}

diesel::table! {
    forecasts (unit) {
        unit -> Text,
        state -> Text,
        fast_ewma -> Nullable<Double>,
        holt -> Nullable<Double>,
        seasonal -> Nullable<Double>,
        version -> BigInt,
    }
}

diesel::table! {
    forecast_profiles (unit) {
        unit -> Text,
        bins -> Text,
    }
}

diesel::table! {
    features (unit, ts) {
        unit -> Text,
        ts -> BigInt,
        lambda_est -> Double,
        mu_est -> Double,
        rho -> Double,
        level -> Text,
        change_point -> Bool,
        matched_count -> BigInt,
        trend -> Text,
    }
}

diesel::table! {
    level_changes (receipt_id) {
        receipt_id -> Text,
        unit -> Text,
        ts -> BigInt,
        from_level -> Text,
        to_level -> Text,
        cause -> Text,
        lambda_est -> Nullable<Double>,
        mu_est -> Nullable<Double>,
        rho -> Nullable<Double>,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        name -> Text,
        password -> Text,
        roles -> Text,
        units -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        receipt_id -> Text,
        state_epoch -> BigInt,
    }
}

diesel::table! {
    tokens (id) {
        id -> Text,
        name -> Text,
        secret_hash -> Text,
        roles -> Text,
        subjects -> Nullable<Text>,
        units -> Nullable<Text>,
        owner -> Nullable<Text>,
        created_at -> BigInt,
        created_by -> Text,
        expires_at -> Nullable<BigInt>,
        suspended_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        receipt_id -> Text,
        state_epoch -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        secret_hash -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    approvals (id) {
        id -> Text,
        status -> Text,
        execution -> Text,
        subject -> Text,
        action -> Text,
        unit -> Text,
        config_version -> BigInt,
        payload_hash -> Nullable<Text>,
        request_digest -> Text,
        policy_version -> BigInt,
        policy_digest -> Text,
        protection_level -> Text,
        requester -> Text,
        token -> Text,
        owner -> Text,
        quorum -> BigInt,
        identical_to -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        receipt_id -> Text,
        last_receipt_id -> Text,
    }
}

diesel::table! {
    held_requests (approval_id) {
        approval_id -> Text,
        request -> Nullable<Binary>,
        not_before -> BigInt,
        owner -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        allowed_by -> Nullable<Text>,
        answer -> Nullable<Binary>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    votes (approval_id, person) {
        approval_id -> Text,
        person -> Text,
        voter -> Text,
        choice -> Text,
        comment -> Nullable<Text>,
        at -> BigInt,
        receipt_id -> Text,
    }
}

diesel::table! {
    approver_record (id) {
        id -> BigInt,
        votes -> BigInt,
        exposure_hours -> Double,
        as_of -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (token, key) {
        token -> Text,
        key -> Text,
        digest -> Text,
        decision -> Text,
        receipt_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        name -> Text,
        url -> Text,
        format -> Text,
        secret -> Nullable<Text>,
        events -> Text,
        units -> Nullable<Text>,
        enabled -> Bool,
        created_at -> BigInt,
        created_by -> Text,
        updated_at -> BigInt,
        receipt_id -> Text,
        previous_secret -> Nullable<Text>,
        previous_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        webhook_id -> Text,
        kind -> Text,
        body -> Text,
        state -> Text,
        attempts -> BigInt,
        created_at -> BigInt,
        next_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    sources (name) {
        name -> Text,
        standing -> Text,
        trust -> Double,
        signature -> Text,
        secret -> Nullable<Text>,
        previous_secret -> Nullable<Text>,
        previous_until -> Nullable<BigInt>,
        jwks -> Nullable<Text>,
        issuer -> Nullable<Text>,
        audience -> Nullable<Text>,
        stream_id -> Nullable<Text>,
        stream_status -> Nullable<Text>,
        stream_reason -> Nullable<Text>,
        expected_states -> Nullable<Text>,
        verified_at -> Nullable<BigInt>,
        units -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        updated_by -> Text,
        receipt_id -> Nullable<Text>,
        last_seen_at -> Nullable<BigInt>,
        events -> BigInt,
        repeats -> BigInt,
        quota_day -> BigInt,
        quota_used -> BigInt,
    }
}

diesel::table! {
    events (seq) {
        seq -> BigInt,
        hash -> Binary,
        source -> Text,
        event_time -> BigInt,
        seen_at -> BigInt,
        counts_from -> BigInt,
        topic -> Text,
        severity -> Text,
        confidence -> Double,
        entities -> Text,
        link -> Nullable<Text>,
        summary -> Nullable<Text>,
        meaning -> Text,
        thread -> Binary,
        closes -> Nullable<Binary>,
        adapter -> Text,
        proof -> Text,
        body_hash -> Binary,
        matched -> Bool,
        sender_units -> Nullable<Text>,
        dismissed_at -> Nullable<BigInt>,
        dismissed_by -> Nullable<Text>,
        dismiss_reason -> Nullable<Text>,
        dismiss_receipt_id -> Nullable<Text>,
        until -> BigInt,
    }
}

diesel::table! {
    event_keys (key) {
        key -> Text,
        content -> Binary,
        until -> BigInt,
    }
}

diesel::table! {
    unit_signals (unit, event) {
        unit -> Text,
        event -> BigInt,
        source -> Text,
        hash -> Binary,
        thread -> Binary,
        counts_from -> BigInt,
        half_life -> BigInt,
        severity -> Text,
        confidence -> Double,
        counts -> Bool,
    }
}

diesel::table! {
    closings (source, thread) {
        source -> Text,
        thread -> Binary,
        at -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    quarantine (seq) {
        seq -> BigInt,
        at -> BigInt,
        adapter -> Text,
        source -> Nullable<Text>,
        reason -> Text,
        detail -> Text,
        address -> Nullable<Text>,
        body_hash -> Nullable<Text>,
        body_bytes -> BigInt,
    }
}

diesel::table! {
    unit_risks (unit) {
        unit -> Text,
        score -> Double,
        risk -> Double,
        flagged_since -> Nullable<BigInt>,
        low_runs -> BigInt,
        flag_receipt_id -> Nullable<Text>,
        evidence -> Text,
        matched_count -> BigInt,
        trend -> Text,
        scored_at -> BigInt,
        as_of -> BigInt,
    }
}

diesel::table! {
    risk_history (unit, ts) {
        unit -> Text,
        ts -> BigInt,
        score -> Double,
        flagged -> Bool,
        matched_count -> BigInt,
        trend -> Text,
    }
}

diesel::table! {
    risk_due (unit) {
        unit -> Text,
        stamp -> BigInt,
    }
}

diesel::table! {
    risk_overrides (unit) {
        unit -> Text,
        reason -> Text,
        subject -> Text,
        since -> BigInt,
        expires_at -> Nullable<BigInt>,
        receipt_id -> Text,
    }
}

diesel::table! {
    tdx_runs (id) {
        id -> Text,
        occasion -> Text,
        owner -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        scored_at -> BigInt,
        units -> BigInt,
        events -> BigInt,
        flagged -> BigInt,
        cleared -> BigInt,
        risky -> BigInt,
        flip -> Nullable<Text>,
        forgotten -> BigInt,
    }
}

diesel::table! {
    jobs (job, slot) {
        job -> Text,
        slot -> BigInt,
        owner -> Text,
        lease_until -> BigInt,
        done_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    arrival_tallies (unit, subject) {
        unit -> Text,
        subject -> Text,
        at -> BigInt,
        recent_writes -> Double,
        recent_all -> Double,
        long_writes -> Double,
        long_all -> Double,
        recent_refused -> Double,
        long_refused -> Double,
    }
}

diesel::table! {
    measured_units (unit) {
        unit -> Text,
        active -> Bool,
        at -> BigInt,
        recent_hours -> Double,
        long_hours -> Double,
        samples -> Double,
        quiet_hours -> Nullable<Double>,
        per_hour -> Nullable<Double>,
        completed -> BigInt,
        service_hours -> Double,
        waited_hours -> Double,
    }
}

diesel::table! {
    queue_ticks (slot) {
        slot -> BigInt,
        server -> Text,
    }
}

diesel::table! {
    open_entities (entity, event) {
        entity -> Text,
        event -> BigInt,
    }
}

diesel::table! {
    rematches (kind, name) {
        kind -> Text,
        name -> Text,
        after -> BigInt,
        asked -> BigInt,
    }
}

diesel::table! {
    scoring (id) {
        id -> BigInt,
        revision -> BigInt,
    }
}

diesel::joinable!(forecasts -> units (unit));
diesel::joinable!(held_requests -> approvals (approval_id));
diesel::allow_tables_to_appear_in_same_query!(approvals, held_requests);
diesel::allow_tables_to_appear_in_same_query!(forecasts, units);
diesel::allow_tables_to_appear_in_same_query!(unit_signals, closings);
diesel::allow_tables_to_appear_in_same_query!(unit_signals, events);
diesel::allow_tables_to_appear_in_same_query!(open_entities, events);
