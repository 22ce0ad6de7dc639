-- The database of ioFog Controller 3.8.0 on SQLite.
-- Dates are text, 'YYYY-MM-DD HH:MM:SS.mmm +00:00'; BIGINT times are milliseconds since 1970; booleans are 0 and 1.

-- ==== Bookkeeping ====

CREATE TABLE IF NOT EXISTS SchemaVersion (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    migration_version TEXT NOT NULL,
    seeder_version    TEXT,
    created_at        DATETIME DEFAULT CURRENT_TIMESTAMP,
    updated_at        DATETIME DEFAULT CURRENT_TIMESTAMP
);

-- ==== Settings and tags ====

CREATE TABLE Config (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    "key"      VARCHAR(255) NOT NULL UNIQUE,
    "value"    VARCHAR(255) NOT NULL,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_config_key ON Config ("key");

CREATE TABLE Tags (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    "value" VARCHAR(255) NOT NULL UNIQUE
);

-- ==== Catalog and registries ====

CREATE TABLE Registries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    url        VARCHAR(255),
    is_public  BOOLEAN,
    user_name  TEXT,
    password   TEXT,
    user_email TEXT
);

CREATE TABLE CatalogItems (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name           VARCHAR(255) UNIQUE,
    description    VARCHAR(255),
    category       TEXT,
    config_example VARCHAR(255) DEFAULT '{}',
    publisher      TEXT,
    disk_required  BIGINT DEFAULT 0,
    ram_required   BIGINT DEFAULT 0,
    picture        VARCHAR(255) DEFAULT 'images/shared/default.png',
    is_public      BOOLEAN DEFAULT false,
    registry_id    INT REFERENCES Registries (id) ON DELETE SET NULL
);
CREATE INDEX idx_catalog_item_registry_id ON CatalogItems (registry_id);

CREATE TABLE CatalogItemInputTypes (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    info_type       TEXT,
    info_format     TEXT,
    catalog_item_id INT REFERENCES CatalogItems (id) ON DELETE CASCADE
);
CREATE INDEX idx_catalog_item_input_type_catalog_item_id ON CatalogItemInputTypes (catalog_item_id);

CREATE TABLE CatalogItemOutputTypes (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    info_type       TEXT,
    info_format     TEXT,
    catalog_item_id INT REFERENCES CatalogItems (id) ON DELETE CASCADE
);
CREATE INDEX idx_catalog_item_output_type_catalog_item_id ON CatalogItemOutputTypes (catalog_item_id);

-- Fixed rows, see the seed; ids are given, not generated.
CREATE TABLE Architectures (
    id                        INT NOT NULL PRIMARY KEY,
    name                      TEXT,
    image                     TEXT,
    description               TEXT,
    network_catalog_item_id   INT REFERENCES CatalogItems (id) ON DELETE CASCADE,
    hal_catalog_item_id       INT REFERENCES CatalogItems (id) ON DELETE CASCADE,
    bluetooth_catalog_item_id INT REFERENCES CatalogItems (id) ON DELETE CASCADE
);
CREATE INDEX idx_architecture_network_catalog_item_id ON Architectures (network_catalog_item_id);
CREATE INDEX idx_architecture_hal_catalog_item_id ON Architectures (hal_catalog_item_id);
CREATE INDEX idx_architecture_bluetooth_catalog_item_id ON Architectures (bluetooth_catalog_item_id);

-- ==== Applications ====

CREATE TABLE Applications (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         VARCHAR(255) UNIQUE,
    description  VARCHAR(255) DEFAULT '',
    is_activated BOOLEAN DEFAULT false,
    is_system    BOOLEAN DEFAULT false,
    created_at   DATETIME,
    updated_at   DATETIME,
    nats_access  BOOLEAN DEFAULT false,
    nats_rule_id INTEGER
);
CREATE INDEX idx_applications_nats_rule_id ON Applications (nats_rule_id);

CREATE TABLE ApplicationTemplates (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             VARCHAR(255) NOT NULL DEFAULT 'new-application' UNIQUE,
    description      VARCHAR(255) DEFAULT '',
    schema_version   VARCHAR(255) DEFAULT '',
    application_json LONGTEXT,
    created_at       DATETIME,
    updated_at       DATETIME
);

CREATE TABLE ApplicationTemplateVariables (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    application_template_id INT NOT NULL REFERENCES ApplicationTemplates (id) ON DELETE CASCADE,
    "key"                   TEXT,
    description             VARCHAR(255) DEFAULT '',
    default_value           VARCHAR(255),
    created_at              DATETIME,
    updated_at              DATETIME
);
CREATE INDEX idx_applicationtemplatevariables_application_template_id ON ApplicationTemplateVariables (application_template_id);

-- ==== Fogs: one row per node that runs an agent, and what belongs to it ====

CREATE TABLE Fogs (
    uuid                        VARCHAR(36) NOT NULL PRIMARY KEY,
    name                        VARCHAR(255) DEFAULT 'Unnamed ioFog 1',
    location                    TEXT,
    gps_mode                    TEXT,
    latitude                    FLOAT,
    longitude                   FLOAT,
    description                 TEXT,
    last_active                 BIGINT,
    daemon_status               VARCHAR(36) DEFAULT 'NOT_PROVISIONED',
    daemon_operating_duration   BIGINT DEFAULT 0,
    daemon_last_start           BIGINT,
    memory_usage                FLOAT DEFAULT 0.000,
    disk_usage                  FLOAT DEFAULT 0.000,
    cpu_usage                   FLOAT DEFAULT 0.00,
    memory_violation            TEXT,
    disk_violation              TEXT,
    cpu_violation               TEXT,
    system_available_disk       BIGINT,
    system_available_memory     BIGINT,
    system_total_cpu            FLOAT,
    security_status             VARCHAR(36) DEFAULT 'OK',
    security_violation_info     VARCHAR(36) DEFAULT 'No violation',
    catalog_item_status         TEXT,
    repository_count            BIGINT DEFAULT 0,
    repository_status           TEXT,
    system_time                 BIGINT,
    last_status_time            BIGINT,
    ip_address                  VARCHAR(36) DEFAULT '0.0.0.0',
    ip_address_external         VARCHAR(36) DEFAULT '0.0.0.0',
    host                        VARCHAR(36),
    catalog_item_message_counts TEXT,
    last_command_time           BIGINT,
    network_interface           VARCHAR(36) DEFAULT 'dynamic',
    docker_url                  VARCHAR(255) DEFAULT 'unix:///run/edgelet/contaienrd.sock',
    disk_limit                  FLOAT DEFAULT 50,
    disk_directory              VARCHAR(255) DEFAULT '/var/lib/iofog-agent/',
    memory_limit                FLOAT DEFAULT 4096,
    cpu_limit                   FLOAT DEFAULT 80,
    log_limit                   FLOAT DEFAULT 10,
    log_directory               VARCHAR(255) DEFAULT '/var/log/iofog-agent/',
    bluetooth                   BOOLEAN DEFAULT false,
    hal                         BOOLEAN DEFAULT false,
    log_file_count              BIGINT DEFAULT 10,
    "version"                   TEXT,
    is_ready_to_upgrade         BOOLEAN DEFAULT true,
    is_ready_to_rollback        BOOLEAN DEFAULT false,
    status_frequency            INT DEFAULT 10,
    change_frequency            INT DEFAULT 20,
    device_scan_frequency       INT DEFAULT 20,
    tunnel                      VARCHAR(255) DEFAULT '',
    isolated_docker_container   BOOLEAN DEFAULT false,
    docker_pruning_freq         INT DEFAULT 0,
    available_disk_threshold    FLOAT DEFAULT 20,
    log_level                   VARCHAR(10) DEFAULT 'INFO',
    is_system                   BOOLEAN DEFAULT false,
    router_id                   INT DEFAULT 0,
    time_zone                   VARCHAR(36) DEFAULT 'Etc/UTC',
    created_at                  DATETIME,
    updated_at                  DATETIME,
    arch_id                     INT DEFAULT 0 REFERENCES Architectures (id) ON DELETE NO ACTION,
    container_engine            VARCHAR(36),
    deployment_type             VARCHAR(36),
    active_volume_mounts        BIGINT DEFAULT 0,
    volume_mount_last_update    BIGINT DEFAULT 0,
    warning_message             TEXT,
    gps_device                  VARCHAR(36),
    gps_scan_frequency          INT DEFAULT 60,
    edge_guard_frequency        INT DEFAULT 0,
    gps_status                  VARCHAR(32),
    nats_id                     INT,
    available_runtimes          TEXT
);
CREATE INDEX idx_fog_arch_id ON Fogs (arch_id);

-- A log: every raised flag is a row of its own; an agent sees the union of its rows.
CREATE TABLE ChangeTrackings (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    microservice_config BOOLEAN DEFAULT false,
    reboot              BOOLEAN DEFAULT false,
    deletenode          BOOLEAN DEFAULT false,
    "version"           BOOLEAN DEFAULT false,
    microservice_list   BOOLEAN DEFAULT false,
    config              BOOLEAN DEFAULT false,
    registries          BOOLEAN DEFAULT false,
    tunnel              BOOLEAN DEFAULT false,
    router_changed      BOOLEAN DEFAULT false,
    prune               BOOLEAN DEFAULT false,
    last_updated        VARCHAR(255) DEFAULT false,
    iofog_uuid          VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    volume_mounts       BOOLEAN DEFAULT false,
    exec_sessions       BOOLEAN DEFAULT false,
    microservice_logs   BOOLEAN DEFAULT false,
    fog_logs            BOOLEAN DEFAULT false
);
CREATE INDEX idx_change_tracking_iofog_uuid ON ChangeTrackings (iofog_uuid);

CREATE TABLE FogProvisionKeys (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    provisioning_string VARCHAR(100),
    expiration_time     BIGINT,
    iofog_uuid          VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_fog_provision_keys_iofogUuid ON FogProvisionKeys (iofog_uuid);

CREATE TABLE FogPublicKeys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    public_key TEXT,
    iofog_uuid VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_fog_public_keys_iofogUuid ON FogPublicKeys (iofog_uuid);

-- Ids of agent tokens that were presented, kept until the token expires, so that none is accepted twice.
CREATE TABLE FogUsedTokens (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    jti         VARCHAR(255) NOT NULL,
    iofog_uuid  VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    expiry_time BIGINT NOT NULL,
    created_at  DATETIME,
    updated_at  DATETIME
);
CREATE INDEX idx_fog_used_tokens_iofogUuid ON FogUsedTokens (iofog_uuid);

CREATE TABLE FogVersionCommands (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    version_command VARCHAR(100),
    semver          VARCHAR(100),
    iofog_uuid      VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_fog_version_commands_iofogUuid ON FogVersionCommands (iofog_uuid);

CREATE TABLE FogLogStatuses (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    iofog_uuid      VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    log_session_id  TEXT,
    session_id      TEXT NOT NULL UNIQUE,
    status          TEXT,
    tail_config     TEXT,
    agent_connected BOOLEAN DEFAULT false,
    user_connected  BOOLEAN DEFAULT false,
    created_at      DATETIME,
    updated_at      DATETIME
);
CREATE INDEX idx_fog_log_status_iofog_uuid ON FogLogStatuses (iofog_uuid);
CREATE INDEX idx_fog_log_status_session_id ON FogLogStatuses (session_id);

CREATE TABLE HWInfos (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    info       TEXT,
    created_at DATETIME,
    updated_at DATETIME,
    iofog_uuid VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_hw_infos_iofogUuid ON HWInfos (iofog_uuid);

CREATE TABLE USBInfos (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    info       TEXT,
    created_at DATETIME,
    updated_at DATETIME,
    iofog_uuid VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_usb_infos_iofogUuid ON USBInfos (iofog_uuid);

CREATE TABLE IofogTags (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    fog_uuid VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    tag_id   INT REFERENCES Tags (id) ON DELETE CASCADE
);
CREATE INDEX idx_iofogtags_fog_uuid ON IofogTags (fog_uuid);
CREATE INDEX idx_iofogtags_tag_id ON IofogTags (tag_id);

CREATE TABLE Tunnels (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    username    TEXT,
    password    TEXT,
    host        TEXT,
    remote_port INT,
    local_port  INT DEFAULT 22,
    rsa_key     TEXT,
    closed      BOOLEAN DEFAULT false,
    iofog_uuid  VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_tunnels_iofogUuid ON Tunnels (iofog_uuid);

-- ==== Secrets, config maps, certificates and the volumes made from them ====

CREATE TABLE Secrets (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       VARCHAR(255) NOT NULL UNIQUE,
    type       VARCHAR(50) NOT NULL CHECK (type IN ('Opaque', 'tls')),
    data       TEXT NOT NULL,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_secrets_name ON Secrets (name);

CREATE TABLE ConfigMaps (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       VARCHAR(255) NOT NULL UNIQUE,
    immutable  BOOLEAN DEFAULT false,
    data       TEXT NOT NULL,
    created_at DATETIME,
    updated_at DATETIME,
    use_vault  BOOLEAN DEFAULT true
);
CREATE INDEX idx_config_maps_name ON ConfigMaps (name);

CREATE TABLE Certificates (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE,
    subject       TEXT NOT NULL,
    is_ca         BOOLEAN DEFAULT false,
    signed_by_id  INTEGER REFERENCES Certificates (id) ON DELETE SET NULL,
    hosts         TEXT,
    valid_from    DATETIME NOT NULL,
    valid_to      DATETIME NOT NULL,
    serial_number TEXT NOT NULL,
    secret_id     INTEGER REFERENCES Secrets (id) ON DELETE CASCADE,
    created_at    DATETIME,
    updated_at    DATETIME
);
CREATE INDEX idx_certificates_name ON Certificates (name);
CREATE INDEX idx_certificates_valid_to ON Certificates (valid_to);
CREATE INDEX idx_certificates_is_ca ON Certificates (is_ca);
CREATE INDEX idx_certificates_signed_by_id ON Certificates (signed_by_id);
CREATE INDEX idx_certificates_secret_id ON Certificates (secret_id);

CREATE TABLE VolumeMounts (
    uuid            VARCHAR(36) NOT NULL PRIMARY KEY,
    name            VARCHAR(255) NOT NULL,
    config_map_name VARCHAR(255) REFERENCES ConfigMaps (name) ON DELETE CASCADE,
    secret_name     VARCHAR(255) REFERENCES Secrets (name) ON DELETE CASCADE,
    "version"       INTEGER DEFAULT 1,
    created_at      DATETIME,
    updated_at      DATETIME
);
CREATE INDEX idx_volume_mounts_uuid ON VolumeMounts (uuid);
CREATE INDEX idx_volume_mounts_config_map_name ON VolumeMounts (config_map_name);
CREATE INDEX idx_volume_mounts_secret_name ON VolumeMounts (secret_name);

CREATE TABLE FogVolumeMounts (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    fog_uuid          VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    volume_mount_uuid VARCHAR(36) REFERENCES VolumeMounts (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_fog_volume_mounts_fog_uuid ON FogVolumeMounts (fog_uuid);
CREATE INDEX idx_fog_volume_mounts_volume_mount_uuid ON FogVolumeMounts (volume_mount_uuid);

-- ==== Microservices ====

CREATE TABLE Microservices (
    uuid                   VARCHAR(36) NOT NULL PRIMARY KEY,
    config                 TEXT,
    name                   VARCHAR(255) DEFAULT 'New Microservice',
    config_last_updated    BIGINT,
    rebuild                BOOLEAN DEFAULT false,
    log_size               BIGINT DEFAULT 0,
    "delete"               BOOLEAN DEFAULT false,
    delete_with_cleanup    BOOLEAN DEFAULT false,
    created_at             DATETIME,
    updated_at             DATETIME,
    catalog_item_id        INT REFERENCES CatalogItems (id) ON DELETE CASCADE,
    registry_id            INT DEFAULT 1 REFERENCES Registries (id) ON DELETE SET NULL,
    iofog_uuid             VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    application_id         INT REFERENCES Applications (id) ON DELETE CASCADE,
    run_as_user            TEXT,
    platform               TEXT,
    runtime                TEXT,
    annotations            TEXT,
    pid_mode               VARCHAR(36),
    ipc_mode               VARCHAR(36),
    schedule               INT DEFAULT 50,
    cpu_set_cpus           TEXT,
    memory_limit           FLOAT,
    is_activated           BOOLEAN DEFAULT true,
    host_network_mode      BOOLEAN DEFAULT false,
    is_privileged          BOOLEAN DEFAULT false,
    nats_rule_id           INTEGER,
    nats_access            BOOLEAN DEFAULT false,
    nats_account_id        INTEGER,
    nats_user_id           INTEGER,
    nats_creds_secret_name TEXT,
    is_controller          BOOLEAN DEFAULT false
);
CREATE INDEX idx_microservices_catalogItemId ON Microservices (catalog_item_id);
CREATE INDEX idx_microservices_registryId ON Microservices (registry_id);
CREATE INDEX idx_microservices_iofogUuid ON Microservices (iofog_uuid);
CREATE INDEX idx_microservices_applicationId ON Microservices (application_id);
CREATE INDEX idx_microservices_nats_rule_id ON Microservices (nats_rule_id);
CREATE INDEX idx_microservices_nats_account_id ON Microservices (nats_account_id);
CREATE INDEX idx_microservices_nats_user_id ON Microservices (nats_user_id);

CREATE TABLE MicroserviceArgs (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    cmd               TEXT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_microservice_args_microserviceUuid ON MicroserviceArgs (microservice_uuid);

CREATE TABLE MicroserviceCapAdd (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    cap_add           TEXT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_microservice_capAdd_microserviceUuid ON MicroserviceCapAdd (microservice_uuid);

CREATE TABLE MicroserviceCapDrop (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    cap_drop          TEXT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_microservice_capDrop_microserviceUuid ON MicroserviceCapDrop (microservice_uuid);

CREATE TABLE MicroserviceCdiDevices (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    cdi_devices       TEXT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_microservice_cdiDevices_microserviceUuid ON MicroserviceCdiDevices (microservice_uuid);

CREATE TABLE MicroserviceEnvs (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    "key"                 TEXT,
    "value"               TEXT,
    microservice_uuid     VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    value_from_secret     TEXT,
    value_from_config_map TEXT
);
CREATE INDEX idx_microservice_envs_microserviceUuid ON MicroserviceEnvs (microservice_uuid);

CREATE TABLE MicroserviceExtraHost (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    template_type            TEXT,
    name                     TEXT,
    template                 TEXT,
    "value"                  TEXT,
    microservice_uuid        VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    target_microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    target_fog_uuid          VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_microservice_extra_host_microserviceUuid ON MicroserviceExtraHost (microservice_uuid);
CREATE INDEX idx_microservice_extra_host_targetMicroserviceUuid ON MicroserviceExtraHost (target_microservice_uuid);
CREATE INDEX idx_microservice_extra_host_targetFogUuid ON MicroserviceExtraHost (target_fog_uuid);

CREATE TABLE MicroserviceHealthChecks (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    test              TEXT,
    "interval"        FLOAT,
    timeout           FLOAT,
    start_period      FLOAT,
    start_interval    FLOAT,
    retries           INT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    created_at        DATETIME,
    updated_at        DATETIME
);
CREATE INDEX idx_microservice_health_check_microservice_uuid ON MicroserviceHealthChecks (microservice_uuid);

CREATE TABLE MicroservicePorts (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    port_internal     INT,
    port_external     INT,
    is_udp            BOOLEAN,
    created_at        DATETIME,
    updated_at        DATETIME,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_microservice_port_microserviceUuid ON MicroservicePorts (microservice_uuid);

CREATE TABLE MicroservicePubTags (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    tag_id            INT REFERENCES Tags (id) ON DELETE CASCADE
);
CREATE INDEX idx_microservicepubtags_microservice_uuid ON MicroservicePubTags (microservice_uuid);
CREATE INDEX idx_microservicepubtags_tag_id ON MicroservicePubTags (tag_id);

CREATE TABLE MicroserviceSubTags (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    tag_id            INT REFERENCES Tags (id) ON DELETE CASCADE
);
CREATE INDEX idx_microservicesubtags_microservice_uuid ON MicroserviceSubTags (microservice_uuid);
CREATE INDEX idx_microservicesubtags_tag_id ON MicroserviceSubTags (tag_id);

CREATE TABLE MicroserviceStatuses (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    status             VARCHAR(255) DEFAULT 'QUEUED',
    operating_duration BIGINT DEFAULT 0,
    start_time         BIGINT DEFAULT 0,
    cpu_usage          FLOAT DEFAULT 0.000,
    memory_usage       BIGINT DEFAULT 0,
    container_id       VARCHAR(255) DEFAULT '',
    percentage         FLOAT DEFAULT 0.00,
    error_message      TEXT,
    microservice_uuid  VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    created_at         DATETIME,
    updated_at         DATETIME,
    ip_address         TEXT,
    exec_session_ids   TEXT,
    health_status      TEXT
);
CREATE INDEX idx_microservice_status_microserviceUuid ON MicroserviceStatuses (microservice_uuid);

-- The key is a number in spite of its name.
CREATE TABLE VolumeMappings (
    uuid                  INTEGER PRIMARY KEY AUTOINCREMENT,
    host_destination      TEXT,
    container_destination TEXT,
    access_mode           TEXT,
    type                  TEXT,
    microservice_uuid     VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE
);
CREATE INDEX idx_volume_mappings_microserviceUuid ON VolumeMappings (microservice_uuid);

CREATE TABLE CatalogItemImages (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    container_image   TEXT,
    catalog_item_id   INT REFERENCES CatalogItems (id) ON DELETE CASCADE,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    arch_id           INT REFERENCES Architectures (id) ON DELETE CASCADE
);
CREATE INDEX idx_catalog_item_image_catalog_item_id ON CatalogItemImages (catalog_item_id);
CREATE INDEX idx_catalog_item_image_microservice_uuid ON CatalogItemImages (microservice_uuid);
CREATE INDEX idx_catalog_item_image_arch_id ON CatalogItemImages (arch_id);

-- ==== Exec and log sessions of microservices ====

CREATE TABLE MicroserviceExecSessions (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    microservice_uuid VARCHAR(36) NOT NULL REFERENCES Microservices (uuid) ON DELETE CASCADE,
    session_id        TEXT NOT NULL UNIQUE,
    status            TEXT,
    user_connected    BOOLEAN DEFAULT false,
    agent_connected   BOOLEAN DEFAULT false,
    created_at        DATETIME,
    updated_at        DATETIME
);
CREATE INDEX idx_microservice_exec_sessions_microservice_uuid ON MicroserviceExecSessions (microservice_uuid);
CREATE INDEX idx_microservice_exec_sessions_session_id ON MicroserviceExecSessions (session_id);

-- Nothing writes here since exec sessions have their own table.
CREATE TABLE MicroserviceExecStatuses (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    status            VARCHAR(255) DEFAULT 'INACTIVE',
    exec_session_id   VARCHAR(255),
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    created_at        DATETIME,
    updated_at        DATETIME
);
CREATE INDEX idx_microservice_exec_status_microservice_uuid ON MicroserviceExecStatuses (microservice_uuid);

CREATE TABLE MicroserviceLogStatuses (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE CASCADE,
    log_session_id    TEXT,
    session_id        TEXT NOT NULL UNIQUE,
    status            TEXT,
    tail_config       TEXT,
    agent_connected   BOOLEAN DEFAULT false,
    user_connected    BOOLEAN DEFAULT false,
    created_at        DATETIME,
    updated_at        DATETIME
);
CREATE INDEX idx_microservice_log_status_microservice_uuid ON MicroserviceLogStatuses (microservice_uuid);
CREATE INDEX idx_microservice_log_status_session_id ON MicroserviceLogStatuses (session_id);

-- ==== Routers and the services bridged through them ====

CREATE TABLE Routers (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    is_edge           BOOLEAN DEFAULT true,
    messaging_port    INT DEFAULT 5671,
    edge_router_port  INT,
    inter_router_port INT,
    host              TEXT,
    is_default        BOOLEAN DEFAULT false,
    iofog_uuid        VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    created_at        DATETIME,
    updated_at        DATETIME
);
CREATE INDEX idx_router_iofogUuid ON Routers (iofog_uuid);

CREATE TABLE RouterConnections (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    source_router INT REFERENCES Routers (id) ON DELETE CASCADE,
    dest_router   INT REFERENCES Routers (id) ON DELETE CASCADE,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL
);
CREATE INDEX idx_routerconnections_sourceRouter ON RouterConnections (source_router);
CREATE INDEX idx_routerconnections_destRouter ON RouterConnections (dest_router);

-- One lease row, made on first use.
CREATE TABLE HubRouterConfigLocks (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    leader_uuid VARCHAR(36),
    claimed_at  DATETIME,
    created_at  DATETIME,
    updated_at  DATETIME
);

CREATE TABLE Services (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    name                TEXT NOT NULL UNIQUE,
    type                TEXT NOT NULL,
    resource            TEXT NOT NULL,
    target_port         INTEGER NOT NULL,
    service_port        INTEGER,
    k8s_type            TEXT,
    bridge_port         INTEGER,
    default_bridge      TEXT,
    service_endpoint    TEXT,
    created_at          DATETIME,
    updated_at          DATETIME,
    provisioning_status VARCHAR(36) DEFAULT 'pending',
    provisioning_error  TEXT
);
CREATE INDEX idx_services_id ON Services (id);
CREATE INDEX idx_services_name ON Services (name);

CREATE TABLE ServiceTags (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    service_id INTEGER NOT NULL REFERENCES Services (id) ON DELETE CASCADE,
    tag_id     INTEGER NOT NULL REFERENCES Tags (id) ON DELETE CASCADE,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_service_tags_service_id ON ServiceTags (service_id);
CREATE INDEX idx_service_tags_tag_id ON ServiceTags (tag_id);

-- ==== NATS ====

CREATE TABLE NatsOperators (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL UNIQUE,
    public_key       TEXT NOT NULL,
    jwt              TEXT NOT NULL,
    seed_secret_name TEXT NOT NULL,
    created_at       DATETIME,
    updated_at       DATETIME
);

CREATE TABLE NatsAccounts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL,
    public_key       TEXT NOT NULL,
    jwt              TEXT NOT NULL,
    seed_secret_name TEXT NOT NULL,
    is_system        BOOLEAN DEFAULT false,
    is_leaf_system   BOOLEAN DEFAULT false,
    operator_id      INTEGER NOT NULL REFERENCES NatsOperators (id) ON DELETE CASCADE,
    application_id   INTEGER REFERENCES Applications (id) ON DELETE CASCADE,
    created_at       DATETIME,
    updated_at       DATETIME
);
CREATE UNIQUE INDEX idx_nats_accounts_application_id_unique ON NatsAccounts (application_id) WHERE application_id IS NOT NULL;
CREATE INDEX idx_nats_accounts_application_id ON NatsAccounts (application_id);

CREATE TABLE NatsUsers (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    name              TEXT NOT NULL,
    public_key        TEXT NOT NULL,
    jwt               TEXT NOT NULL,
    creds_secret_name TEXT NOT NULL,
    is_bearer         BOOLEAN DEFAULT false,
    account_id        INTEGER NOT NULL REFERENCES NatsAccounts (id) ON DELETE CASCADE,
    microservice_uuid VARCHAR(36) REFERENCES Microservices (uuid) ON DELETE SET NULL,
    created_at        DATETIME,
    updated_at        DATETIME,
    nats_user_rule_id INTEGER
);
CREATE UNIQUE INDEX idx_nats_users_account_id_name ON NatsUsers (account_id, name);
CREATE INDEX idx_nats_users_account_id ON NatsUsers (account_id);
CREATE INDEX idx_nats_users_microservice_uuid ON NatsUsers (microservice_uuid);
CREATE INDEX idx_nats_users_nats_user_rule_id ON NatsUsers (nats_user_rule_id);

CREATE TABLE NatsAccountRules (
    id                        INTEGER PRIMARY KEY AUTOINCREMENT,
    name                      TEXT NOT NULL UNIQUE,
    description               TEXT,
    info_url                  TEXT,
    max_connections           INTEGER,
    max_leaf_node_connections INTEGER,
    max_data                  BIGINT,
    max_exports               INTEGER,
    max_imports               INTEGER,
    max_msg_payload           INTEGER,
    max_subscriptions         INTEGER,
    exports_allow_wildcards   BOOLEAN DEFAULT true,
    disallow_bearer           BOOLEAN,
    response_permissions      TEXT,
    resp_max                  INTEGER,
    resp_ttl                  BIGINT,
    imports                   TEXT,
    exports                   TEXT,
    mem_storage               BIGINT,
    disk_storage              BIGINT,
    streams                   INTEGER,
    consumer                  INTEGER,
    max_ack_pending           INTEGER,
    mem_max_stream_bytes      BIGINT,
    disk_max_stream_bytes     BIGINT,
    max_bytes_required        BOOLEAN,
    tiered_limits             TEXT,
    pub_allow                 TEXT,
    pub_deny                  TEXT,
    sub_allow                 TEXT,
    sub_deny                  TEXT,
    created_at                DATETIME,
    updated_at                DATETIME
);
CREATE INDEX idx_nats_account_rules_name ON NatsAccountRules (name);

CREATE TABLE NatsUserRules (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL UNIQUE,
    description              TEXT,
    max_subscriptions        INTEGER,
    max_payload              INTEGER,
    max_data                 BIGINT,
    bearer_token             BOOLEAN DEFAULT false,
    proxy_required           BOOLEAN,
    allowed_connection_types TEXT,
    src                      TEXT,
    times                    TEXT,
    times_location           TEXT,
    resp_max                 INTEGER,
    resp_ttl                 BIGINT,
    pub_allow                TEXT,
    pub_deny                 TEXT,
    sub_allow                TEXT,
    sub_deny                 TEXT,
    tags                     TEXT,
    created_at               DATETIME,
    updated_at               DATETIME
);
CREATE INDEX idx_nats_user_rules_name ON NatsUserRules (name);

CREATE TABLE NatsInstances (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    iofog_uuid           VARCHAR(36) REFERENCES Fogs (uuid) ON DELETE CASCADE,
    is_leaf              BOOLEAN DEFAULT true,
    is_hub               BOOLEAN DEFAULT false,
    host                 TEXT,
    server_port          INTEGER,
    leaf_port            INTEGER,
    cluster_port         INTEGER,
    mqtt_port            INTEGER,
    http_port            INTEGER,
    configmap_name       TEXT,
    jwt_dir_mount_name   TEXT,
    cert_secret_name     TEXT,
    js_storage_size      TEXT,
    js_memory_store_size TEXT,
    created_at           DATETIME,
    updated_at           DATETIME
);
CREATE UNIQUE INDEX idx_nats_instances_iofog_uuid_unique ON NatsInstances (iofog_uuid);
CREATE INDEX idx_nats_instances_iofog_uuid ON NatsInstances (iofog_uuid);

CREATE TABLE NatsConnections (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    source_nats INTEGER NOT NULL REFERENCES NatsInstances (id) ON DELETE CASCADE,
    dest_nats   INTEGER NOT NULL REFERENCES NatsInstances (id) ON DELETE CASCADE,
    created_at  DATETIME,
    updated_at  DATETIME
);
CREATE UNIQUE INDEX idx_nats_connections_source_dest_unique ON NatsConnections (source_nats, dest_nats);
CREATE INDEX idx_nats_connections_source_nats ON NatsConnections (source_nats);
CREATE INDEX idx_nats_connections_dest_nats ON NatsConnections (dest_nats);

CREATE TABLE NatsReconcileTasks (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    reason          TEXT NOT NULL,
    application_id  INTEGER,
    account_rule_id INTEGER,
    user_rule_id    INTEGER,
    fog_uuids       TEXT,
    status          TEXT NOT NULL DEFAULT 'pending',
    leader_uuid     VARCHAR(36),
    claimed_at      DATETIME,
    created_at      DATETIME,
    updated_at      DATETIME
);
CREATE INDEX idx_nats_reconcile_tasks_status_claimed ON NatsReconcileTasks (status, claimed_at);

-- ==== Access control ====

CREATE TABLE RbacRoles (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,
    kind       TEXT,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_rbac_roles_name ON RbacRoles (name);

CREATE TABLE RbacRoleRules (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    role_id        INTEGER NOT NULL REFERENCES RbacRoles (id) ON DELETE CASCADE,
    api_groups     TEXT NOT NULL,
    resources      TEXT NOT NULL,
    verbs          TEXT NOT NULL,
    resource_names TEXT,
    created_at     DATETIME,
    updated_at     DATETIME
);
CREATE INDEX idx_rbac_role_rules_role_id ON RbacRoleRules (role_id);

CREATE TABLE RbacRoleBindings (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,
    kind       TEXT,
    role_ref   TEXT NOT NULL,
    subjects   TEXT NOT NULL,
    created_at DATETIME,
    updated_at DATETIME,
    role_id    INTEGER
);
CREATE INDEX idx_rbac_role_bindings_name ON RbacRoleBindings (name);
CREATE INDEX idx_rbac_role_bindings_role_id ON RbacRoleBindings (role_id);

CREATE TABLE RbacServiceAccounts (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    name              TEXT NOT NULL,
    role_ref          TEXT,
    role_id           INTEGER,
    microservice_uuid VARCHAR(36),
    application_id    INTEGER,
    created_at        DATETIME,
    updated_at        DATETIME
);
CREATE INDEX idx_rbac_service_accounts_name ON RbacServiceAccounts (name);
CREATE INDEX idx_rbac_service_accounts_role_id ON RbacServiceAccounts (role_id);
CREATE UNIQUE INDEX idx_rbac_service_accounts_microservice_uuid_unique ON RbacServiceAccounts (microservice_uuid) WHERE microservice_uuid IS NOT NULL;
CREATE UNIQUE INDEX idx_rbac_service_accounts_application_id_name_unique ON RbacServiceAccounts (application_id, name);

-- One row, made at start; a higher version tells every replica to drop its cached roles.
CREATE TABLE RbacCacheVersion (
    id         INTEGER NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    "version"  INTEGER NOT NULL DEFAULT 1,
    created_at DATETIME,
    updated_at DATETIME
);

-- ==== Identity ====

CREATE TABLE AuthUsers (
    id                      VARCHAR(36) NOT NULL PRIMARY KEY,
    email                   VARCHAR(255) NOT NULL UNIQUE,
    password_hash           TEXT NOT NULL,
    password_history_hashes TEXT,
    must_change_password    BOOLEAN DEFAULT false,
    is_bootstrap            BOOLEAN DEFAULT false,
    failed_attempts         INT DEFAULT 0,
    locked_until            DATETIME,
    deleted_at              DATETIME,
    created_at              DATETIME,
    updated_at              DATETIME
);
CREATE INDEX idx_auth_users_email ON AuthUsers (email);
CREATE INDEX idx_auth_users_deleted_at ON AuthUsers (deleted_at);

CREATE TABLE AuthGroups (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         VARCHAR(255) NOT NULL UNIQUE,
    is_system    BOOLEAN DEFAULT false,
    mfa_required BOOLEAN NOT NULL DEFAULT false,
    created_at   DATETIME,
    updated_at   DATETIME
);

CREATE TABLE AuthUserGroups (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    VARCHAR(36) NOT NULL REFERENCES AuthUsers (id) ON DELETE CASCADE,
    group_id   INT NOT NULL REFERENCES AuthGroups (id) ON DELETE CASCADE,
    created_at DATETIME,
    UNIQUE (user_id, group_id)
);
CREATE INDEX idx_auth_user_groups_user_id ON AuthUserGroups (user_id);
CREATE INDEX idx_auth_user_groups_group_id ON AuthUserGroups (group_id);

CREATE TABLE AuthMfa (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id               VARCHAR(36) NOT NULL UNIQUE REFERENCES AuthUsers (id) ON DELETE CASCADE,
    totp_secret_encrypted TEXT,
    enabled               BOOLEAN DEFAULT false,
    recovery_codes_hash   TEXT,
    created_at            DATETIME,
    updated_at            DATETIME
);
CREATE INDEX idx_auth_mfa_user_id ON AuthMfa (user_id);

CREATE TABLE AuthPasswordResetSessions (
    id         VARCHAR(36) NOT NULL PRIMARY KEY,
    user_id    VARCHAR(36) NOT NULL REFERENCES AuthUsers (id) ON DELETE CASCADE,
    expires_at DATETIME NOT NULL,
    created_at DATETIME
);
CREATE INDEX idx_auth_password_reset_sessions_user_id ON AuthPasswordResetSessions (user_id);
CREATE INDEX idx_auth_password_reset_sessions_expires_at ON AuthPasswordResetSessions (expires_at);

CREATE TABLE AuthRefreshTokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash VARCHAR(255) NOT NULL,
    user_id    VARCHAR(36) NOT NULL REFERENCES AuthUsers (id) ON DELETE CASCADE,
    family_id  VARCHAR(36) NOT NULL,
    expires_at DATETIME NOT NULL,
    revoked    BOOLEAN DEFAULT false,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_auth_refresh_tokens_token_hash ON AuthRefreshTokens (token_hash);
CREATE INDEX idx_auth_refresh_tokens_user_id ON AuthRefreshTokens (user_id);
CREATE INDEX idx_auth_refresh_tokens_family_id ON AuthRefreshTokens (family_id);
CREATE INDEX idx_auth_refresh_tokens_expires_at ON AuthRefreshTokens (expires_at);

-- One row, see the seed.
CREATE TABLE AuthPolicy (
    id                        INT NOT NULL PRIMARY KEY CHECK (id = 1),
    min_password_length       INT DEFAULT 12,
    require_uppercase         BOOLEAN DEFAULT true,
    require_lowercase         BOOLEAN DEFAULT true,
    require_digit             BOOLEAN DEFAULT true,
    password_max_age_days     INT DEFAULT 0,
    password_history_count    INT DEFAULT 5,
    max_failed_attempts       INT DEFAULT 5,
    lockout_duration_minutes  INT DEFAULT 15,
    access_token_ttl_seconds  INT DEFAULT 900,
    refresh_token_ttl_seconds INT DEFAULT 3600,
    refresh_rotation          BOOLEAN DEFAULT true,
    max_concurrent_sessions   INT,
    created_at                DATETIME,
    updated_at                DATETIME
);

-- One row, see the seed.
CREATE TABLE AuthBootstrapMeta (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    completed_at            DATETIME,
    bootstrap_admin_user_id VARCHAR(36) REFERENCES AuthUsers (id) ON DELETE SET NULL,
    session_secret_ref      TEXT,
    created_at              DATETIME,
    updated_at              DATETIME
);

CREATE TABLE AuthBffSessions (
    sid        VARCHAR(255) NOT NULL PRIMARY KEY,
    data       TEXT NOT NULL,
    expires_at DATETIME NOT NULL,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_auth_bff_sessions_expires_at ON AuthBffSessions (expires_at);

CREATE TABLE AuthInteractionStates (
    uid        VARCHAR(255) NOT NULL PRIMARY KEY,
    payload    TEXT NOT NULL,
    expires_at DATETIME NOT NULL,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE INDEX idx_auth_interaction_states_expires_at ON AuthInteractionStates (expires_at);

CREATE TABLE AuthOidcClients (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id   VARCHAR(255) NOT NULL UNIQUE,
    secret_ref  TEXT,
    client_type VARCHAR(32) NOT NULL DEFAULT 'confidential',
    created_at  DATETIME,
    updated_at  DATETIME
);

CREATE TABLE AuthOidcKeys (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    kid                    VARCHAR(255) NOT NULL UNIQUE,
    key_material_encrypted TEXT,
    vault_ref              TEXT,
    active                 BOOLEAN DEFAULT true,
    created_at             DATETIME,
    updated_at             DATETIME
);
CREATE INDEX idx_auth_oidc_keys_active ON AuthOidcKeys (active);

CREATE TABLE AuthOidcProviderStates (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    model       VARCHAR(64) NOT NULL,
    record_id   VARCHAR(255) NOT NULL,
    payload     TEXT NOT NULL,
    expires_at  DATETIME,
    grant_id    VARCHAR(255),
    uid         VARCHAR(255),
    user_code   VARCHAR(255),
    consumed    BOOLEAN DEFAULT false,
    consumed_at DATETIME,
    created_at  DATETIME,
    updated_at  DATETIME,
    UNIQUE (model, record_id)
);
CREATE INDEX idx_auth_oidc_provider_states_grant_id ON AuthOidcProviderStates (grant_id);
CREATE INDEX idx_auth_oidc_provider_states_uid ON AuthOidcProviderStates (uid);
CREATE INDEX idx_auth_oidc_provider_states_user_code ON AuthOidcProviderStates (user_code);
CREATE INDEX idx_auth_oidc_provider_states_expires_at ON AuthOidcProviderStates (expires_at);

-- ==== Audit and replicas ====

CREATE TABLE Events (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    "timestamp"    BIGINT NOT NULL,
    event_type     VARCHAR(20) NOT NULL,
    endpoint_type  VARCHAR(10) NOT NULL,
    actor_id       VARCHAR(255),
    method         VARCHAR(10),
    resource_type  VARCHAR(50),
    resource_id    VARCHAR(255),
    endpoint_path  TEXT NOT NULL,
    ip_address     VARCHAR(45),
    status         VARCHAR(20) NOT NULL,
    status_code    INTEGER,
    status_message TEXT,
    request_id     VARCHAR(255),
    created_at     DATETIME,
    updated_at     DATETIME
);
CREATE INDEX idx_events_timestamp ON Events ("timestamp");
CREATE INDEX idx_events_endpoint_type ON Events (endpoint_type);
CREATE INDEX idx_events_actor_id ON Events (actor_id);
CREATE INDEX idx_events_resource_type ON Events (resource_type);
CREATE INDEX idx_events_status ON Events (status);
CREATE INDEX idx_events_method ON Events (method);
CREATE INDEX idx_events_event_type ON Events (event_type);
CREATE INDEX idx_events_created_at ON Events (created_at);

CREATE TABLE ClusterControllers (
    uuid           VARCHAR(36) NOT NULL PRIMARY KEY,
    host           VARCHAR(255),
    process_id     INTEGER,
    last_heartbeat DATETIME,
    is_active      BOOLEAN DEFAULT true,
    created_at     DATETIME,
    updated_at     DATETIME
);
CREATE INDEX idx_cluster_controllers_uuid ON ClusterControllers (uuid);
CREATE INDEX idx_cluster_controllers_host ON ClusterControllers (host);
CREATE INDEX idx_cluster_controllers_active ON ClusterControllers (is_active, last_heartbeat);

-- ==== Desired and observed platform state, and the work queues that bring them together ====

CREATE TABLE FogPlatformSpecs (
    fog_uuid   VARCHAR(36) NOT NULL PRIMARY KEY REFERENCES Fogs (uuid) ON DELETE CASCADE,
    spec_json  TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    created_at DATETIME,
    updated_at DATETIME
);

CREATE TABLE FogPlatformStatuses (
    fog_uuid            VARCHAR(36) NOT NULL PRIMARY KEY REFERENCES Fogs (uuid) ON DELETE CASCADE,
    observed_generation INTEGER NOT NULL DEFAULT 0,
    phase               VARCHAR(32) NOT NULL DEFAULT 'Pending',
    last_error          TEXT,
    last_transition_at  DATETIME,
    conditions_json     TEXT,
    created_at          DATETIME,
    updated_at          DATETIME
);

CREATE TABLE FogPlatformReconcileTasks (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    fog_uuid        VARCHAR(36) NOT NULL REFERENCES Fogs (uuid) ON DELETE CASCADE,
    reason          VARCHAR(64) NOT NULL,
    spec_generation INTEGER,
    status          VARCHAR(32) NOT NULL DEFAULT 'pending',
    leader_uuid     VARCHAR(36),
    claimed_at      DATETIME,
    next_attempt_at DATETIME,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT,
    created_at      DATETIME,
    updated_at      DATETIME
);
CREATE UNIQUE INDEX idx_fog_platform_reconcile_tasks_active_fog_uuid ON FogPlatformReconcileTasks (fog_uuid) WHERE status IN ('pending', 'in_progress');
CREATE INDEX idx_fog_platform_reconcile_tasks_status_claimed ON FogPlatformReconcileTasks (status, claimed_at);
CREATE INDEX idx_fog_platform_reconcile_tasks_next_attempt ON FogPlatformReconcileTasks (next_attempt_at);

CREATE TABLE ServicePlatformReconcileTasks (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    service_name    TEXT NOT NULL,
    reason          VARCHAR(64) NOT NULL,
    spec_snapshot   TEXT,
    status          VARCHAR(32) NOT NULL DEFAULT 'pending',
    leader_uuid     VARCHAR(36),
    claimed_at      DATETIME,
    next_attempt_at DATETIME,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT,
    created_at      DATETIME,
    updated_at      DATETIME
);
CREATE UNIQUE INDEX idx_service_platform_reconcile_tasks_active_service_name ON ServicePlatformReconcileTasks (service_name) WHERE status IN ('pending', 'in_progress');
CREATE INDEX idx_service_platform_reconcile_tasks_status_claimed ON ServicePlatformReconcileTasks (status, claimed_at);
CREATE INDEX idx_service_platform_reconcile_tasks_next_attempt ON ServicePlatformReconcileTasks (next_attempt_at);

-- Slow effects, written in the transaction that causes them and carried out afterwards.
CREATE TABLE ReconcileOutbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    kind            VARCHAR(32) NOT NULL,
    payload         TEXT NOT NULL,
    idempotency_key VARCHAR(255) NOT NULL UNIQUE,
    created_at      DATETIME,
    processed_at    DATETIME,
    last_error      TEXT
);
CREATE INDEX idx_reconcile_outbox_unprocessed ON ReconcileOutbox (processed_at, id);

-- ==== Done ====

INSERT INTO SchemaVersion (migration_version, created_at, updated_at) VALUES ('3.8.0', strftime('%Y-%m-%d %H:%M:%f +00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f +00:00', 'now'));
