//! The tables of `migrations/`, as both databases hold them.
//!
//! Types are those that `MultiConnection` carries: Text, BigInt, Bool, Binary, Nullable.

diesel::table! {
    tenant (id) {
        id -> Binary,
        region -> Text,
        name -> Text,
        locked_ms -> BigInt,
        log_epoch -> Binary,
        log_size -> BigInt,
        log_frontier -> Binary,
        log_root -> Binary,
        server_epoch -> Binary,
        server_seq -> BigInt,
        server_prev -> Nullable<Binary>,
        reference_version -> BigInt,
        register_version -> BigInt,
    }
}

diesel::table! {
    server_key (tenant, device) {
        tenant -> Binary,
        device -> Binary,
        public_key -> Binary,
        since_ms -> BigInt,
    }
}

diesel::table! {
    agency (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        parent -> Nullable<Binary>,
        path -> Text,
        name -> Text,
        short_name -> Text,
        kind -> Text,
        sector -> Text,
        acts_for -> Nullable<Binary>,
        reconsideration -> Nullable<Binary>,
        active -> Bool,
    }
}

diesel::table! {
    officer (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        agency -> Binary,
        name -> Text,
        helper -> Bool,
        active -> Bool,
        created_ms -> BigInt,
    }
}

diesel::table! {
    officer_identity (tenant, officer) {
        tenant -> Binary,
        officer -> Binary,
        citizen_number -> Text,
    }
}

diesel::table! {
    register_event (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        at_ms -> BigInt,
        actor -> Nullable<Binary>,
        kind -> Text,
        officer -> Nullable<Binary>,
        detail -> Text,
        reason -> Text,
        agency -> Nullable<Binary>,
    }
}

diesel::table! {
    deputy (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        head -> Binary,
        officer -> Binary,
        role -> Text,
        from_ms -> BigInt,
        until_ms -> BigInt,
        ended_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    training (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        officer -> Binary,
        class -> Text,
        level -> Text,
        topic -> Text,
        held_on -> Text,
        until_on -> Text,
        hours -> BigInt,
        proof -> Text,
        entered_ms -> BigInt,
        annulled_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    assessment (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        officer -> Binary,
        year -> BigInt,
        result -> Text,
        organ -> Text,
        document -> Text,
        entered_ms -> BigInt,
        annulled_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    officer_exit (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        officer -> Binary,
        ground -> Text,
        facts -> Text,
        basis -> Text,
        proposer -> Binary,
        proposed_ms -> BigInt,
        hearing -> Nullable<Text>,
        statement -> Nullable<Text>,
        hearer -> Nullable<Binary>,
        heard_ms -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        document -> Nullable<Text>,
        decider -> Nullable<Binary>,
        decided_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    certificate (tenant, number) {
        tenant -> Binary,
        number -> Text,
        officer -> Binary,
        category -> Text,
        region -> Text,
        issued_on -> Text,
        valid_until -> Text,
        revision -> BigInt,
    }
}

diesel::table! {
    certificate_source (tenant, certificate, ordinal) {
        tenant -> Binary,
        certificate -> Text,
        ordinal -> BigInt,
        revision -> BigInt,
        at_ms -> BigInt,
        actor -> Nullable<Binary>,
        kind -> Text,
        proof -> Text,
        digest -> Nullable<Binary>,
    }
}

diesel::table! {
    certificate_confirmation (tenant, certificate, revision, officer) {
        tenant -> Binary,
        certificate -> Text,
        revision -> BigInt,
        officer -> Binary,
        at_ms -> BigInt,
        issued_by -> Text,
        reason -> Text,
    }
}

diesel::table! {
    credential (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        place -> BigInt,
        device -> Binary,
        officer -> Binary,
        certificate -> Text,
        facts -> Binary,
        issued_ms -> BigInt,
        expires_ms -> BigInt,
    }
}

diesel::table! {
    certificate_interval (tenant, certificate, ordinal) {
        tenant -> Binary,
        certificate -> Text,
        ordinal -> BigInt,
        status -> Text,
        from_ms -> BigInt,
        until_ms -> Nullable<BigInt>,
        reason -> Text,
        basis -> Text,
        decided_by -> Text,
    }
}

diesel::table! {
    account (tenant, login) {
        tenant -> Binary,
        login -> Text,
        officer -> Binary,
        password -> Text,
        session_version -> BigInt,
        one_time_until_ms -> Nullable<BigInt>,
        closed_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    role (tenant, officer, name) {
        tenant -> Binary,
        officer -> Binary,
        name -> Text,
    }
}

diesel::table! {
    account_event (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        at_ms -> BigInt,
        officer -> Binary,
        actor -> Nullable<Binary>,
        kind -> Text,
        device -> Nullable<Binary>,
        detail -> Text,
    }
}

diesel::table! {
    password_reset (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        officer -> Binary,
        asked_by -> Nullable<Binary>,
        asked_ms -> BigInt,
        first_hash -> Text,
        confirmed_by -> Nullable<Binary>,
        confirmed_on -> Nullable<Binary>,
        second_hash -> Nullable<Binary>,
        tries -> BigInt,
        ended_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    enrolment_code (tenant, code_hash) {
        tenant -> Binary,
        code_hash -> Binary,
        officer -> Binary,
        issued_by -> Nullable<Binary>,
        expires_ms -> BigInt,
        used_ms -> Nullable<BigInt>,
        typed_hash -> Nullable<Binary>,
        tries -> BigInt,
        device -> Nullable<Binary>,
    }
}

diesel::table! {
    device (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        officer -> Binary,
        public_key -> Binary,
        label -> Text,
        enrolled_ms -> BigInt,
        revoked_ms -> Nullable<BigInt>,
        revoked_reason -> Nullable<Text>,
        request_key -> Nullable<Binary>,
        key_level -> Text,
        request_key_level -> Text,
    }
}

diesel::table! {
    used_proof (tenant, hash) {
        tenant -> Binary,
        hash -> Binary,
        expires_ms -> BigInt,
    }
}

diesel::table! {
    refresh_family (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        officer -> Binary,
        device -> Nullable<Binary>,
        key_thumbprint -> Text,
        session -> Text,
        session_version -> BigInt,
        begun_ms -> BigInt,
        used_ms -> BigInt,
        ended_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_token (tenant, hash) {
        tenant -> Binary,
        hash -> Binary,
        family -> Binary,
        generation -> BigInt,
        consumed_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    device_challenge (tenant, hash) {
        tenant -> Binary,
        hash -> Binary,
        device -> Binary,
        expires_ms -> BigInt,
    }
}

diesel::table! {
    lease (tenant, hash) {
        tenant -> Binary,
        hash -> Binary,
        device -> Binary,
        officer -> Binary,
        issued_ms -> BigInt,
        not_after_ms -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    number_series (tenant, form, agency, year) {
        tenant -> Binary,
        form -> Text,
        agency -> Binary,
        year -> BigInt,
        next_number -> BigInt,
    }
}

diesel::table! {
    number_block (tenant, form, agency, year, first_number) {
        tenant -> Binary,
        form -> Text,
        agency -> Binary,
        year -> BigInt,
        first_number -> BigInt,
        last_number -> BigInt,
        device -> Binary,
        epoch -> Binary,
        lease -> Binary,
        numbers_left -> Nullable<BigInt>,
        prefix -> Text,
    }
}

diesel::table! {
    document_index (tenant, case_leaf, what, key, document) {
        tenant -> Binary,
        case_leaf -> BigInt,
        what -> Text,
        key -> Binary,
        document -> Text,
        doubled -> Bool,
    }
}

diesel::table! {
    paper_block (tenant, form, prefix, first_number) {
        tenant -> Binary,
        form -> Text,
        prefix -> Text,
        first_number -> BigInt,
        last_number -> BigInt,
        officer -> Binary,
        registered_ms -> BigInt,
    }
}

diesel::table! {
    region (tenant, code) {
        tenant -> Binary,
        code -> Text,
        name -> Text,
        parent -> Nullable<Text>,
        level -> Text,
    }
}

diesel::table! {
    item (tenant, code) {
        tenant -> Binary,
        code -> Text,
        name -> Text,
        sector -> Text,
        kind -> Text,
        basis -> Text,
        article -> Text,
        min_fen -> Nullable<BigInt>,
        max_fen -> Nullable<BigInt>,
        wording -> Text,
        confirmed -> Bool,
        spot_citizen_fen -> Nullable<BigInt>,
        spot_organisation_fen -> Nullable<BigInt>,
        spot_basis -> Nullable<Text>,
    }
}

diesel::table! {
    holiday (tenant, year) {
        tenant -> Binary,
        year -> BigInt,
        json -> Text,
    }
}

diesel::table! {
    inspection_task (tenant, id) {
        tenant -> Binary,
        id -> Text,
        agency -> Binary,
        item -> Text,
        party_name -> Text,
        party_uscc -> Text,
        address -> Text,
        code -> Text,
        notice -> Text,
        approved_by -> Text,
        approved_ms -> BigInt,
    }
}

diesel::table! {
    task_officer (tenant, task, officer) {
        tenant -> Binary,
        task -> Text,
        officer -> Binary,
    }
}

diesel::table! {
    change (tenant, leaf) {
        tenant -> Binary,
        leaf -> BigInt,
        id -> Binary,
        case_leaf -> BigInt,
        case_id -> Binary,
        device -> Binary,
        epoch -> Binary,
        seq -> BigInt,
        officer -> Binary,
        lease -> Nullable<Binary>,
        counter -> BigInt,
        class -> Text,
        code -> Text,
        flags -> Text,
        lower_ms -> BigInt,
        upper_ms -> BigInt,
        grade -> Text,
        received_ms -> BigInt,
        sign1 -> Binary,
        op_bytes -> Binary,
        case_items -> BigInt,
        case_bytes -> BigInt,
    }
}

diesel::table! {
    change_value (tenant, leaf) {
        tenant -> Binary,
        leaf -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    leaf (tenant, log_epoch, place) {
        tenant -> Binary,
        log_epoch -> Binary,
        place -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    log_head (tenant, log_epoch, size) {
        tenant -> Binary,
        log_epoch -> Binary,
        size -> BigInt,
        root -> Binary,
        at_ms -> BigInt,
    }
}

diesel::table! {
    receipt (tenant, device, first_leaf) {
        tenant -> Binary,
        device -> Binary,
        first_leaf -> BigInt,
        issued_ms -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    receipt_entry (tenant, device, leaf) {
        tenant -> Binary,
        device -> Binary,
        leaf -> BigInt,
        first_leaf -> BigInt,
    }
}

diesel::table! {
    parked (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        case_id -> Binary,
        device -> Binary,
        officer -> Binary,
        bytes -> Binary,
        received_ms -> BigInt,
        items -> BigInt,
        expired_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    alarm (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        at_ms -> BigInt,
        kind -> Text,
        device -> Nullable<Binary>,
        case_id -> Nullable<Binary>,
        change -> Nullable<Binary>,
        detail -> Text,
    }
}

diesel::table! {
    outbox (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        kind -> Text,
        subject -> BigInt,
        created_ms -> BigInt,
        due_ms -> BigInt,
        failures -> BigInt,
    }
}

diesel::table! {
    outbox_turn (tenant) {
        tenant -> Binary,
        holder -> Binary,
        until_ms -> BigInt,
        turn -> BigInt,
    }
}

diesel::table! {
    case_text (tenant, place) {
        tenant -> Binary,
        place -> BigInt,
        case_leaf -> BigInt,
        text -> Text,
        facets -> Binary,
    }
}

diesel::table! {
    case_moment (tenant, span) {
        tenant -> Binary,
        span -> BigInt,
        moments -> Binary,
    }
}

diesel::table! {
    case_gram (tenant, gram, block) {
        tenant -> Binary,
        gram -> BigInt,
        block -> BigInt,
        places -> Binary,
    }
}

diesel::table! {
    case_file (tenant, case_leaf) {
        tenant -> Binary,
        case_leaf -> BigInt,
        id -> Binary,
        agency -> Binary,
        agency_path -> Text,
        item -> Text,
        kind -> Text,
        status -> Text,
        title -> Text,
        number -> Text,
        opened_ms -> BigInt,
        updated_ms -> BigInt,
        counter -> BigInt,
        last_leaf -> BigInt,
        basis -> Binary,
        heads -> Binary,
        conflicts -> BigInt,
        breaches -> BigInt,
        missing_evidence -> BigInt,
        search_text -> Text,
        fold -> BigInt,
        duties -> BigInt,
        filing -> Text,
    }
}

diesel::table! {
    case_officer (tenant, officer, case_leaf) {
        tenant -> Binary,
        officer -> Binary,
        case_leaf -> BigInt,
        case_id -> Binary,
    }
}

diesel::table! {
    case_evidence (tenant, case_leaf, digest) {
        tenant -> Binary,
        case_leaf -> BigInt,
        digest -> Binary,
        written_off -> Bool,
    }
}

diesel::table! {
    evidence_file (tenant, digest) {
        tenant -> Binary,
        digest -> Binary,
        size -> BigInt,
        media_type -> Text,
        stored_ms -> BigInt,
        blocks -> Nullable<Binary>,
        damage -> Nullable<Text>,
        damaged_ms -> Nullable<BigInt>,
        dropped_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    upload (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        digest -> Binary,
        size -> BigInt,
        media_type -> Text,
        officer -> Binary,
        created_ms -> BigInt,
        touched_ms -> BigInt,
        completed_ms -> Nullable<BigInt>,
        metadata -> Text,
    }
}

diesel::table! {
    case_record (tenant, hash) {
        tenant -> Binary,
        hash -> Binary,
        case_id -> Binary,
        number -> Text,
        issued_ms -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    supervision_lead (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        case_id -> Binary,
        agency -> Binary,
        agency_path -> Text,
        kind -> Text,
        text -> Text,
        status -> Text,
        version -> BigInt,
        raised_by -> Binary,
        raised_ms -> BigInt,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Binary>,
        answered_ms -> Nullable<BigInt>,
        conclusion -> Nullable<Text>,
        closed_by -> Nullable<Binary>,
        closed_ms -> Nullable<BigInt>,
        answered_step -> Nullable<BigInt>,
        closed_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    case_file_past (tenant, version) {
        tenant -> Binary,
        version -> BigInt,
        case_leaf -> BigInt,
        id -> Binary,
        status -> Text,
        duties -> BigInt,
        filing -> Text,
        attention -> BigInt,
        opened_ms -> BigInt,
        updated_ms -> BigInt,
        replaced_ms -> BigInt,
        bytes -> BigInt,
        search_text -> Nullable<Text>,
    }
}

diesel::table! {
    named_evidence (tenant, digest) {
        tenant -> Binary,
        digest -> Binary,
    }
}

diesel::table! {
    phone_use (tenant, device, day_ms) {
        tenant -> Binary,
        device -> Binary,
        day_ms -> BigInt,
        bytes -> BigInt,
        operations -> BigInt,
        alarms -> BigInt,
        index_rows -> BigInt,
        upload_bytes -> BigInt,
        told_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    read_audit (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        at_ms -> BigInt,
        officer -> Binary,
        what -> Text,
        case_id -> Nullable<Binary>,
        part -> Text,
        purpose -> Text,
    }
}

diesel::table! {
    idempotency (tenant, officer, route, key) {
        tenant -> Binary,
        officer -> Binary,
        route -> Text,
        key -> Text,
        fingerprint -> Binary,
        made -> Binary,
        created_ms -> BigInt,
    }
}

diesel::table! {
    console_session (tenant, hash) {
        tenant -> Binary,
        hash -> Binary,
        officer -> Binary,
        session_version -> BigInt,
        created_ms -> BigInt,
        seen_ms -> BigInt,
    }
}

diesel::table! {
    unsent_form (tenant, officer, page) {
        tenant -> Binary,
        officer -> Binary,
        page -> Text,
        fields -> Text,
        kept_ms -> BigInt,
    }
}

diesel::table! {
    mandate (tenant, id) {
        tenant -> Binary,
        id -> Binary,
        kind -> Text,
        agency -> Binary,
        organ -> Nullable<Binary>,
        powers -> Text,
        document -> Text,
        published -> Text,
        first_day -> Text,
        last_day -> Nullable<Text>,
        ended_day -> Nullable<Text>,
    }
}

diesel::table! {
    mandate_item (tenant, mandate, item) {
        tenant -> Binary,
        mandate -> Binary,
        item -> Text,
    }
}

diesel::table! {
    kept_roster (tenant, officer) {
        tenant -> Binary,
        officer -> Binary,
        name -> Text,
        file -> Binary,
        kept_ms -> BigInt,
    }
}

diesel::table! {
    login_attempt (tenant, subject) {
        tenant -> Binary,
        subject -> Binary,
        failures -> BigInt,
        last_ms -> BigInt,
        success_ms -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    account,
    account_event,
    agency,
    alarm,
    case_evidence,
    case_file,
    case_file_past,
    case_officer,
    case_text,
    change,
    change_value,
    evidence_file,
    certificate,
    certificate_interval,
    certificate_source,
    certificate_confirmation,
    credential,
    officer_identity,
    register_event,
    assessment,
    deputy,
    device,
    inspection_task,
    lease,
    number_block,
    officer,
    officer_exit,
    read_audit,
    refresh_family,
    refresh_token,
    outbox,
    password_reset,
    role,
    task_officer,
    training,
    upload,
);
