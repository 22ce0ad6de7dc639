-- The database of ioFog Controller 3.8.0 on MySQL and MariaDB.
-- Text compares byte by byte (utf8mb4_bin), as it does on the other two databases. BIGINT times are milliseconds
-- since 1970. A TEXT column cannot be a key here, so it is VARCHAR(255) or keyed by its first 255 characters. There are
-- no partial indices: where the others allow one active task per fog or service, here the application sees to it.

-- ==== Bookkeeping ====

CREATE TABLE IF NOT EXISTS `SchemaVersion` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `migration_version` VARCHAR(255) NOT NULL,
    `seeder_version`    VARCHAR(255),
    `created_at`        DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3),
    `updated_at`        DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Settings and tags ====

CREATE TABLE `Config` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `key`        VARCHAR(255) NOT NULL UNIQUE,
    `value`      VARCHAR(255) NOT NULL,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    KEY `idx_config_key` (`key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `Tags` (
    `id`    INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `value` VARCHAR(255) NOT NULL UNIQUE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Catalog and registries ====

CREATE TABLE `Registries` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `url`        VARCHAR(255),
    `is_public`  BOOLEAN,
    `user_name`  TEXT,
    `password`   TEXT,
    `user_email` TEXT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `CatalogItems` (
    `id`             INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`           VARCHAR(255) UNIQUE,
    `description`    VARCHAR(255),
    `category`       TEXT,
    `config_example` VARCHAR(255) DEFAULT '{}',
    `publisher`      TEXT,
    `disk_required`  BIGINT DEFAULT 0,
    `ram_required`   BIGINT DEFAULT 0,
    `picture`        VARCHAR(255) DEFAULT 'images/shared/default.png',
    `is_public`      BOOLEAN DEFAULT false,
    `registry_id`    INT,
    KEY `idx_catalog_item_registry_id` (`registry_id`),
    FOREIGN KEY (`registry_id`) REFERENCES `Registries` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `CatalogItemInputTypes` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `info_type`       TEXT,
    `info_format`     TEXT,
    `catalog_item_id` INT,
    KEY `idx_catalog_item_input_type_catalog_item_id` (`catalog_item_id`),
    FOREIGN KEY (`catalog_item_id`) REFERENCES `CatalogItems` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `CatalogItemOutputTypes` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `info_type`       TEXT,
    `info_format`     TEXT,
    `catalog_item_id` INT,
    KEY `idx_catalog_item_output_type_catalog_item_id` (`catalog_item_id`),
    FOREIGN KEY (`catalog_item_id`) REFERENCES `CatalogItems` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Fixed rows, see the seed; ids are given, not generated.
CREATE TABLE `Architectures` (
    `id`                        INT NOT NULL PRIMARY KEY,
    `name`                      TEXT,
    `image`                     TEXT,
    `description`               TEXT,
    `network_catalog_item_id`   INT,
    `hal_catalog_item_id`       INT,
    `bluetooth_catalog_item_id` INT,
    KEY `idx_architecture_network_catalog_item_id` (`network_catalog_item_id`),
    KEY `idx_architecture_hal_catalog_item_id` (`hal_catalog_item_id`),
    KEY `idx_architecture_bluetooth_catalog_item_id` (`bluetooth_catalog_item_id`),
    FOREIGN KEY (`network_catalog_item_id`) REFERENCES `CatalogItems` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`hal_catalog_item_id`) REFERENCES `CatalogItems` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`bluetooth_catalog_item_id`) REFERENCES `CatalogItems` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Applications ====

CREATE TABLE `Applications` (
    `id`           INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`         VARCHAR(255) UNIQUE,
    `description`  VARCHAR(255) DEFAULT '',
    `is_activated` BOOLEAN DEFAULT false,
    `is_system`    BOOLEAN DEFAULT false,
    `created_at`   DATETIME(3),
    `updated_at`   DATETIME(3),
    `nats_access`  BOOLEAN DEFAULT false,
    `nats_rule_id` INT,
    KEY `idx_applications_nats_rule_id` (`nats_rule_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ApplicationTemplates` (
    `id`               INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`             VARCHAR(255) NOT NULL DEFAULT 'new-application' UNIQUE,
    `description`      VARCHAR(255) DEFAULT '',
    `schema_version`   VARCHAR(255) DEFAULT '',
    `application_json` LONGTEXT,
    `created_at`       DATETIME(3),
    `updated_at`       DATETIME(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ApplicationTemplateVariables` (
    `id`                      INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `application_template_id` INT NOT NULL,
    `key`                     TEXT,
    `description`             VARCHAR(255) DEFAULT '',
    `default_value`           VARCHAR(255),
    `created_at`              DATETIME(3),
    `updated_at`              DATETIME(3),
    KEY `idx_applicationtemplatevariables_application_template_id` (`application_template_id`),
    FOREIGN KEY (`application_template_id`) REFERENCES `ApplicationTemplates` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Fogs: one row per node that runs an agent, and what belongs to it ====

CREATE TABLE `Fogs` (
    `uuid`                        VARCHAR(36) NOT NULL PRIMARY KEY,
    `name`                        VARCHAR(255) DEFAULT 'Unnamed ioFog 1',
    `location`                    TEXT,
    `gps_mode`                    TEXT,
    `latitude`                    DOUBLE,
    `longitude`                   DOUBLE,
    `description`                 TEXT,
    `last_active`                 BIGINT,
    `daemon_status`               VARCHAR(36) DEFAULT 'NOT_PROVISIONED',
    `daemon_operating_duration`   BIGINT DEFAULT 0,
    `daemon_last_start`           BIGINT,
    `memory_usage`                DOUBLE DEFAULT 0.000,
    `disk_usage`                  DOUBLE DEFAULT 0.000,
    `cpu_usage`                   DOUBLE DEFAULT 0.00,
    `memory_violation`            TEXT,
    `disk_violation`              TEXT,
    `cpu_violation`               TEXT,
    `system_available_disk`       BIGINT,
    `system_available_memory`     BIGINT,
    `system_total_cpu`            DOUBLE,
    `security_status`             VARCHAR(36) DEFAULT 'OK',
    `security_violation_info`     VARCHAR(36) DEFAULT 'No violation',
    `catalog_item_status`         TEXT,
    `repository_count`            BIGINT DEFAULT 0,
    `repository_status`           TEXT,
    `system_time`                 BIGINT,
    `last_status_time`            BIGINT,
    `ip_address`                  VARCHAR(36) DEFAULT '0.0.0.0',
    `ip_address_external`         VARCHAR(36) DEFAULT '0.0.0.0',
    `host`                        VARCHAR(36),
    `catalog_item_message_counts` TEXT,
    `last_command_time`           BIGINT,
    `network_interface`           VARCHAR(36) DEFAULT 'dynamic',
    `docker_url`                  VARCHAR(255) DEFAULT 'unix:///run/edgelet/contaienrd.sock',
    `disk_limit`                  DOUBLE DEFAULT 50,
    `disk_directory`              VARCHAR(255) DEFAULT '/var/lib/iofog-agent/',
    `memory_limit`                DOUBLE DEFAULT 4096,
    `cpu_limit`                   DOUBLE DEFAULT 80,
    `log_limit`                   DOUBLE DEFAULT 10,
    `log_directory`               VARCHAR(255) DEFAULT '/var/log/iofog/',
    `bluetooth`                   BOOLEAN DEFAULT false,
    `hal`                         BOOLEAN DEFAULT false,
    `log_file_count`              BIGINT DEFAULT 10,
    `version`                     TEXT,
    `is_ready_to_upgrade`         BOOLEAN DEFAULT true,
    `is_ready_to_rollback`        BOOLEAN DEFAULT false,
    `status_frequency`            INT DEFAULT 10,
    `change_frequency`            INT DEFAULT 20,
    `device_scan_frequency`       INT DEFAULT 20,
    `tunnel`                      VARCHAR(255) DEFAULT '',
    `isolated_docker_container`   BOOLEAN DEFAULT false,
    `docker_pruning_freq`         INT DEFAULT 0,
    `available_disk_threshold`    DOUBLE DEFAULT 20,
    `log_level`                   VARCHAR(10) DEFAULT 'INFO',
    `is_system`                   BOOLEAN DEFAULT false,
    `router_id`                   INT DEFAULT 0,
    `time_zone`                   VARCHAR(36) DEFAULT 'Etc/UTC',
    `created_at`                  DATETIME(3),
    `updated_at`                  DATETIME(3),
    `arch_id`                     INT DEFAULT 0,
    `container_engine`            VARCHAR(36),
    `deployment_type`             VARCHAR(36),
    `active_volume_mounts`        BIGINT DEFAULT 0,
    `volume_mount_last_update`    BIGINT DEFAULT 0,
    `warning_message`             TEXT,
    `gps_device`                  VARCHAR(36),
    `gps_scan_frequency`          INT DEFAULT 60,
    `edge_guard_frequency`        INT DEFAULT 0,
    `gps_status`                  VARCHAR(32),
    `nats_id`                     INT,
    `available_runtimes`          TEXT,
    KEY `idx_fog_arch_id` (`arch_id`),
    FOREIGN KEY (`arch_id`) REFERENCES `Architectures` (`id`) ON DELETE NO ACTION
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A log: every raised flag is a row of its own; an agent sees the union of its rows.
CREATE TABLE `ChangeTrackings` (
    `id`                  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `microservice_config` BOOLEAN DEFAULT false,
    `reboot`              BOOLEAN DEFAULT false,
    `deletenode`          BOOLEAN DEFAULT false,
    `version`             BOOLEAN DEFAULT false,
    `microservice_list`   BOOLEAN DEFAULT false,
    `config`              BOOLEAN DEFAULT false,
    `registries`          BOOLEAN DEFAULT false,
    `tunnel`              BOOLEAN DEFAULT false,
    `router_changed`      BOOLEAN DEFAULT false,
    `prune`               BOOLEAN DEFAULT false,
    `last_updated`        VARCHAR(255) DEFAULT '0',
    `iofog_uuid`          VARCHAR(36),
    `volume_mounts`       BOOLEAN DEFAULT false,
    `exec_sessions`       BOOLEAN DEFAULT false,
    `microservice_logs`   BOOLEAN DEFAULT false,
    `fog_logs`            BOOLEAN DEFAULT false,
    KEY `idx_change_tracking_iofog_uuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `FogProvisionKeys` (
    `id`                  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `provisioning_string` VARCHAR(100),
    `expiration_time`     BIGINT,
    `iofog_uuid`          VARCHAR(36),
    KEY `idx_fog_provision_keys_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `FogPublicKeys` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `public_key` TEXT,
    `iofog_uuid` VARCHAR(36),
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    KEY `idx_fog_public_keys_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Ids of agent tokens that were presented, kept until the token expires, so that none is accepted twice.
CREATE TABLE `FogUsedTokens` (
    `id`          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `jti`         VARCHAR(255) NOT NULL,
    `iofog_uuid`  VARCHAR(36),
    `expiry_time` BIGINT NOT NULL,
    `created_at`  DATETIME(3),
    `updated_at`  DATETIME(3),
    KEY `idx_fog_used_tokens_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `FogVersionCommands` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `version_command` VARCHAR(100),
    `semver`          VARCHAR(100),
    `iofog_uuid`      VARCHAR(36),
    KEY `idx_fog_version_commands_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `FogLogStatuses` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `iofog_uuid`      VARCHAR(36),
    `log_session_id`  TEXT,
    `session_id`      VARCHAR(255) NOT NULL UNIQUE,
    `status`          TEXT,
    `tail_config`     TEXT,
    `agent_connected` BOOLEAN DEFAULT false,
    `user_connected`  BOOLEAN DEFAULT false,
    `created_at`      DATETIME(3),
    `updated_at`      DATETIME(3),
    KEY `idx_fog_log_status_iofog_uuid` (`iofog_uuid`),
    KEY `idx_fog_log_status_session_id` (`session_id`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `HWInfos` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `info`       TEXT,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    `iofog_uuid` VARCHAR(36),
    KEY `idx_hw_infos_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `USBInfos` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `info`       TEXT,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    `iofog_uuid` VARCHAR(36),
    KEY `idx_usb_infos_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `IofogTags` (
    `id`       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `fog_uuid` VARCHAR(36),
    `tag_id`   INT,
    KEY `idx_iofogtags_fog_uuid` (`fog_uuid`),
    KEY `idx_iofogtags_tag_id` (`tag_id`),
    FOREIGN KEY (`fog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`tag_id`) REFERENCES `Tags` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `Tunnels` (
    `id`          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `username`    TEXT,
    `password`    TEXT,
    `host`        TEXT,
    `remote_port` INT,
    `local_port`  INT DEFAULT 22,
    `rsa_key`     TEXT,
    `closed`      BOOLEAN DEFAULT false,
    `iofog_uuid`  VARCHAR(36),
    KEY `idx_tunnels_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Secrets, config maps, certificates and the volumes made from them ====

CREATE TABLE `Secrets` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`       VARCHAR(255) NOT NULL UNIQUE,
    `type`       VARCHAR(50) NOT NULL CHECK (`type` IN ('Opaque', 'tls')),
    `data`       TEXT NOT NULL,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    KEY `idx_secrets_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ConfigMaps` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`       VARCHAR(255) NOT NULL UNIQUE,
    `immutable`  BOOLEAN DEFAULT false,
    `data`       TEXT NOT NULL,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    `use_vault`  BOOLEAN DEFAULT true,
    KEY `idx_config_maps_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `Certificates` (
    `id`            INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`          VARCHAR(255) NOT NULL UNIQUE,
    `subject`       TEXT NOT NULL,
    `is_ca`         BOOLEAN DEFAULT false,
    `signed_by_id`  INT,
    `hosts`         TEXT,
    `valid_from`    DATETIME(3) NOT NULL,
    `valid_to`      DATETIME(3) NOT NULL,
    `serial_number` TEXT NOT NULL,
    `secret_id`     INT,
    `created_at`    DATETIME(3),
    `updated_at`    DATETIME(3),
    KEY `idx_certificates_name` (`name`),
    KEY `idx_certificates_valid_to` (`valid_to`),
    KEY `idx_certificates_is_ca` (`is_ca`),
    KEY `idx_certificates_signed_by_id` (`signed_by_id`),
    KEY `idx_certificates_secret_id` (`secret_id`),
    FOREIGN KEY (`signed_by_id`) REFERENCES `Certificates` (`id`) ON DELETE SET NULL,
    FOREIGN KEY (`secret_id`) REFERENCES `Secrets` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `VolumeMounts` (
    `uuid`            VARCHAR(36) NOT NULL PRIMARY KEY,
    `name`            VARCHAR(255) NOT NULL,
    `config_map_name` VARCHAR(255),
    `secret_name`     VARCHAR(255),
    `version`         INT DEFAULT 1,
    `created_at`      DATETIME(3),
    `updated_at`      DATETIME(3),
    KEY `idx_volume_mounts_uuid` (`uuid`),
    KEY `idx_volume_mounts_config_map_name` (`config_map_name`),
    KEY `idx_volume_mounts_secret_name` (`secret_name`),
    FOREIGN KEY (`config_map_name`) REFERENCES `ConfigMaps` (`name`) ON DELETE CASCADE,
    FOREIGN KEY (`secret_name`) REFERENCES `Secrets` (`name`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `FogVolumeMounts` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `fog_uuid`          VARCHAR(36),
    `volume_mount_uuid` VARCHAR(36),
    KEY `idx_fog_volume_mounts_fog_uuid` (`fog_uuid`),
    KEY `idx_fog_volume_mounts_volume_mount_uuid` (`volume_mount_uuid`),
    FOREIGN KEY (`fog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`volume_mount_uuid`) REFERENCES `VolumeMounts` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Microservices ====

CREATE TABLE `Microservices` (
    `uuid`                   VARCHAR(36) NOT NULL PRIMARY KEY,
    `config`                 TEXT,
    `name`                   VARCHAR(255) DEFAULT 'New Microservice',
    `config_last_updated`    BIGINT,
    `rebuild`                BOOLEAN DEFAULT false,
    `log_size`               BIGINT DEFAULT 0,
    `delete`                 BOOLEAN DEFAULT false,
    `delete_with_cleanup`    BOOLEAN DEFAULT false,
    `created_at`             DATETIME(3),
    `updated_at`             DATETIME(3),
    `catalog_item_id`        INT,
    `registry_id`            INT DEFAULT 1,
    `iofog_uuid`             VARCHAR(36),
    `application_id`         INT,
    `run_as_user`            TEXT,
    `platform`               TEXT,
    `runtime`                TEXT,
    `annotations`            TEXT,
    `pid_mode`               VARCHAR(36),
    `ipc_mode`               VARCHAR(36),
    `schedule`               INT DEFAULT 50,
    `cpu_set_cpus`           TEXT,
    `memory_limit`           DOUBLE,
    `is_activated`           BOOLEAN DEFAULT true,
    `host_network_mode`      BOOLEAN DEFAULT false,
    `is_privileged`          BOOLEAN DEFAULT false,
    `nats_rule_id`           INT,
    `nats_access`            BOOLEAN DEFAULT false,
    `nats_account_id`        INT,
    `nats_user_id`           INT,
    `nats_creds_secret_name` TEXT,
    `is_controller`          BOOLEAN DEFAULT false,
    KEY `idx_microservices_catalogItemId` (`catalog_item_id`),
    KEY `idx_microservices_registryId` (`registry_id`),
    KEY `idx_microservices_iofogUuid` (`iofog_uuid`),
    KEY `idx_microservices_applicationId` (`application_id`),
    KEY `idx_microservices_nats_rule_id` (`nats_rule_id`),
    KEY `idx_microservices_nats_account_id` (`nats_account_id`),
    KEY `idx_microservices_nats_user_id` (`nats_user_id`),
    FOREIGN KEY (`catalog_item_id`) REFERENCES `CatalogItems` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`registry_id`) REFERENCES `Registries` (`id`) ON DELETE SET NULL,
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`application_id`) REFERENCES `Applications` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceArgs` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `cmd`               TEXT,
    `microservice_uuid` VARCHAR(36),
    KEY `idx_microservice_args_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceCapAdd` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `cap_add`           TEXT,
    `microservice_uuid` VARCHAR(36),
    KEY `idx_microservice_capAdd_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceCapDrop` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `cap_drop`          TEXT,
    `microservice_uuid` VARCHAR(36),
    KEY `idx_microservice_capDrop_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceCdiDevices` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `cdi_devices`       TEXT,
    `microservice_uuid` VARCHAR(36),
    KEY `idx_microservice_cdiDevices_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceEnvs` (
    `id`                    INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `key`                   TEXT,
    `value`                 TEXT,
    `microservice_uuid`     VARCHAR(36),
    `value_from_secret`     TEXT,
    `value_from_config_map` TEXT,
    KEY `idx_microservice_envs_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceExtraHost` (
    `id`                       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `template_type`            TEXT,
    `name`                     TEXT,
    `template`                 TEXT,
    `value`                    TEXT,
    `microservice_uuid`        VARCHAR(36),
    `target_microservice_uuid` VARCHAR(36),
    `target_fog_uuid`          VARCHAR(36),
    KEY `idx_microservice_extra_host_microserviceUuid` (`microservice_uuid`),
    KEY `idx_microservice_extra_host_targetMicroserviceUuid` (`target_microservice_uuid`),
    KEY `idx_microservice_extra_host_targetFogUuid` (`target_fog_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`target_microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`target_fog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceHealthChecks` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `test`              TEXT,
    `interval`          DOUBLE,
    `timeout`           DOUBLE,
    `start_period`      DOUBLE,
    `start_interval`    DOUBLE,
    `retries`           INT,
    `microservice_uuid` VARCHAR(36),
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    KEY `idx_microservice_health_check_microservice_uuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroservicePorts` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `port_internal`     INT,
    `port_external`     INT,
    `is_udp`            BOOLEAN,
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    `microservice_uuid` VARCHAR(36),
    KEY `idx_microservice_port_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroservicePubTags` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `microservice_uuid` VARCHAR(36),
    `tag_id`            INT,
    KEY `idx_microservicepubtags_microservice_uuid` (`microservice_uuid`),
    KEY `idx_microservicepubtags_tag_id` (`tag_id`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`tag_id`) REFERENCES `Tags` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceSubTags` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `microservice_uuid` VARCHAR(36),
    `tag_id`            INT,
    KEY `idx_microservicesubtags_microservice_uuid` (`microservice_uuid`),
    KEY `idx_microservicesubtags_tag_id` (`tag_id`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`tag_id`) REFERENCES `Tags` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceStatuses` (
    `id`                 INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `status`             VARCHAR(255) DEFAULT 'QUEUED',
    `operating_duration` BIGINT DEFAULT 0,
    `start_time`         BIGINT DEFAULT 0,
    `cpu_usage`          DOUBLE DEFAULT 0.000,
    `memory_usage`       BIGINT DEFAULT 0,
    `container_id`       VARCHAR(255) DEFAULT '',
    `percentage`         DOUBLE DEFAULT 0.00,
    `error_message`      TEXT,
    `microservice_uuid`  VARCHAR(36),
    `created_at`         DATETIME(3),
    `updated_at`         DATETIME(3),
    `ip_address`         TEXT,
    `exec_session_ids`   TEXT,
    `health_status`      TEXT,
    KEY `idx_microservice_status_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The key is a number in spite of its name.
CREATE TABLE `VolumeMappings` (
    `uuid`                  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `host_destination`      TEXT,
    `container_destination` TEXT,
    `access_mode`           TEXT,
    `type`                  TEXT,
    `microservice_uuid`     VARCHAR(36),
    KEY `idx_volume_mappings_microserviceUuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `CatalogItemImages` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `container_image`   TEXT,
    `catalog_item_id`   INT,
    `microservice_uuid` VARCHAR(36),
    `arch_id`           INT,
    KEY `idx_catalog_item_image_catalog_item_id` (`catalog_item_id`),
    KEY `idx_catalog_item_image_microservice_uuid` (`microservice_uuid`),
    KEY `idx_catalog_item_image_arch_id` (`arch_id`),
    FOREIGN KEY (`catalog_item_id`) REFERENCES `CatalogItems` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE,
    FOREIGN KEY (`arch_id`) REFERENCES `Architectures` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Exec and log sessions of microservices ====

CREATE TABLE `MicroserviceExecSessions` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `microservice_uuid` VARCHAR(36) NOT NULL,
    `session_id`        VARCHAR(255) NOT NULL UNIQUE,
    `status`            TEXT,
    `user_connected`    BOOLEAN DEFAULT false,
    `agent_connected`   BOOLEAN DEFAULT false,
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    KEY `idx_microservice_exec_sessions_microservice_uuid` (`microservice_uuid`),
    KEY `idx_microservice_exec_sessions_session_id` (`session_id`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Nothing writes here since exec sessions have their own table.
CREATE TABLE `MicroserviceExecStatuses` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `status`            VARCHAR(255) DEFAULT 'INACTIVE',
    `exec_session_id`   VARCHAR(255),
    `microservice_uuid` VARCHAR(36),
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    KEY `idx_microservice_exec_status_microservice_uuid` (`microservice_uuid`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `MicroserviceLogStatuses` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `microservice_uuid` VARCHAR(36),
    `log_session_id`    TEXT,
    `session_id`        VARCHAR(255) NOT NULL UNIQUE,
    `status`            TEXT,
    `tail_config`       TEXT,
    `agent_connected`   BOOLEAN DEFAULT false,
    `user_connected`    BOOLEAN DEFAULT false,
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    KEY `idx_microservice_log_status_microservice_uuid` (`microservice_uuid`),
    KEY `idx_microservice_log_status_session_id` (`session_id`),
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Routers and the services bridged through them ====

CREATE TABLE `Routers` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `is_edge`           BOOLEAN DEFAULT true,
    `messaging_port`    INT DEFAULT 5671,
    `edge_router_port`  INT,
    `inter_router_port` INT,
    `host`              TEXT,
    `is_default`        BOOLEAN DEFAULT false,
    `iofog_uuid`        VARCHAR(36),
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    KEY `idx_router_iofogUuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `RouterConnections` (
    `id`            INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `source_router` INT,
    `dest_router`   INT,
    `created_at`    DATETIME(3) NOT NULL,
    `updated_at`    DATETIME(3) NOT NULL,
    KEY `idx_routerconnections_sourceRouter` (`source_router`),
    KEY `idx_routerconnections_destRouter` (`dest_router`),
    FOREIGN KEY (`source_router`) REFERENCES `Routers` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`dest_router`) REFERENCES `Routers` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One lease row, made on first use.
CREATE TABLE `HubRouterConfigLocks` (
    `id`          INT NOT NULL PRIMARY KEY,
    `leader_uuid` VARCHAR(36),
    `claimed_at`  DATETIME(3),
    `created_at`  DATETIME(3),
    `updated_at`  DATETIME(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `Services` (
    `id`                  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`                VARCHAR(255) NOT NULL UNIQUE,
    `type`                TEXT NOT NULL,
    `resource`            TEXT NOT NULL,
    `target_port`         INT NOT NULL,
    `service_port`        INT,
    `k8s_type`            TEXT,
    `bridge_port`         INT,
    `default_bridge`      TEXT,
    `service_endpoint`    TEXT,
    `created_at`          DATETIME(3),
    `updated_at`          DATETIME(3),
    `provisioning_status` VARCHAR(36) DEFAULT 'pending',
    `provisioning_error`  TEXT,
    KEY `idx_services_id` (`id`),
    KEY `idx_services_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ServiceTags` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `service_id` INT NOT NULL,
    `tag_id`     INT NOT NULL,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    KEY `idx_service_tags_service_id` (`service_id`),
    KEY `idx_service_tags_tag_id` (`tag_id`),
    FOREIGN KEY (`service_id`) REFERENCES `Services` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`tag_id`) REFERENCES `Tags` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== NATS ====

CREATE TABLE `NatsOperators` (
    `id`               INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`             VARCHAR(255) NOT NULL UNIQUE,
    `public_key`       TEXT NOT NULL,
    `jwt`              TEXT NOT NULL,
    `seed_secret_name` TEXT NOT NULL,
    `created_at`       DATETIME(3),
    `updated_at`       DATETIME(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `NatsAccounts` (
    `id`               INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`             TEXT NOT NULL,
    `public_key`       TEXT NOT NULL,
    `jwt`              TEXT NOT NULL,
    `seed_secret_name` TEXT NOT NULL,
    `is_system`        BOOLEAN DEFAULT false,
    `is_leaf_system`   BOOLEAN DEFAULT false,
    `operator_id`      INT NOT NULL,
    `application_id`   INT,
    `created_at`       DATETIME(3),
    `updated_at`       DATETIME(3),
    UNIQUE KEY `idx_nats_accounts_application_id_unique` (`application_id`),
    KEY `idx_nats_accounts_application_id` (`application_id`),
    FOREIGN KEY (`operator_id`) REFERENCES `NatsOperators` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`application_id`) REFERENCES `Applications` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `NatsUsers` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`              TEXT NOT NULL,
    `public_key`        TEXT NOT NULL,
    `jwt`               TEXT NOT NULL,
    `creds_secret_name` TEXT NOT NULL,
    `is_bearer`         BOOLEAN DEFAULT false,
    `account_id`        INT NOT NULL,
    `microservice_uuid` VARCHAR(36),
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    `nats_user_rule_id` INT,
    UNIQUE KEY `idx_nats_users_account_id_name` (`account_id`, `name`(255)),
    KEY `idx_nats_users_account_id` (`account_id`),
    KEY `idx_nats_users_microservice_uuid` (`microservice_uuid`),
    KEY `idx_nats_users_nats_user_rule_id` (`nats_user_rule_id`),
    FOREIGN KEY (`account_id`) REFERENCES `NatsAccounts` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`microservice_uuid`) REFERENCES `Microservices` (`uuid`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `NatsAccountRules` (
    `id`                        INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`                      VARCHAR(255) NOT NULL UNIQUE,
    `description`               TEXT,
    `info_url`                  TEXT,
    `max_connections`           INT,
    `max_leaf_node_connections` INT,
    `max_data`                  BIGINT,
    `max_exports`               INT,
    `max_imports`               INT,
    `max_msg_payload`           INT,
    `max_subscriptions`         INT,
    `exports_allow_wildcards`   BOOLEAN DEFAULT true,
    `disallow_bearer`           BOOLEAN,
    `response_permissions`      TEXT,
    `resp_max`                  INT,
    `resp_ttl`                  BIGINT,
    `imports`                   TEXT,
    `exports`                   TEXT,
    `mem_storage`               BIGINT,
    `disk_storage`              BIGINT,
    `streams`                   INT,
    `consumer`                  INT,
    `max_ack_pending`           INT,
    `mem_max_stream_bytes`      BIGINT,
    `disk_max_stream_bytes`     BIGINT,
    `max_bytes_required`        BOOLEAN,
    `tiered_limits`             TEXT,
    `pub_allow`                 TEXT,
    `pub_deny`                  TEXT,
    `sub_allow`                 TEXT,
    `sub_deny`                  TEXT,
    `created_at`                DATETIME(3),
    `updated_at`                DATETIME(3),
    KEY `idx_nats_account_rules_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `NatsUserRules` (
    `id`                       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`                     VARCHAR(255) NOT NULL UNIQUE,
    `description`              TEXT,
    `max_subscriptions`        INT,
    `max_payload`              INT,
    `max_data`                 BIGINT,
    `bearer_token`             BOOLEAN DEFAULT false,
    `proxy_required`           BOOLEAN,
    `allowed_connection_types` TEXT,
    `src`                      TEXT,
    `times`                    TEXT,
    `times_location`           TEXT,
    `resp_max`                 INT,
    `resp_ttl`                 BIGINT,
    `pub_allow`                TEXT,
    `pub_deny`                 TEXT,
    `sub_allow`                TEXT,
    `sub_deny`                 TEXT,
    `tags`                     TEXT,
    `created_at`               DATETIME(3),
    `updated_at`               DATETIME(3),
    KEY `idx_nats_user_rules_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `NatsInstances` (
    `id`                   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `iofog_uuid`           VARCHAR(36),
    `is_leaf`              BOOLEAN DEFAULT true,
    `is_hub`               BOOLEAN DEFAULT false,
    `host`                 TEXT,
    `server_port`          INT,
    `leaf_port`            INT,
    `cluster_port`         INT,
    `mqtt_port`            INT,
    `http_port`            INT,
    `configmap_name`       TEXT,
    `jwt_dir_mount_name`   TEXT,
    `cert_secret_name`     TEXT,
    `js_storage_size`      TEXT,
    `js_memory_store_size` TEXT,
    `created_at`           DATETIME(3),
    `updated_at`           DATETIME(3),
    UNIQUE KEY `idx_nats_instances_iofog_uuid_unique` (`iofog_uuid`),
    KEY `idx_nats_instances_iofog_uuid` (`iofog_uuid`),
    FOREIGN KEY (`iofog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `NatsConnections` (
    `id`          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `source_nats` INT NOT NULL,
    `dest_nats`   INT NOT NULL,
    `created_at`  DATETIME(3),
    `updated_at`  DATETIME(3),
    UNIQUE KEY `idx_nats_connections_source_dest_unique` (`source_nats`, `dest_nats`),
    KEY `idx_nats_connections_source_nats` (`source_nats`),
    KEY `idx_nats_connections_dest_nats` (`dest_nats`),
    FOREIGN KEY (`source_nats`) REFERENCES `NatsInstances` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`dest_nats`) REFERENCES `NatsInstances` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `NatsReconcileTasks` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `reason`          VARCHAR(64) NOT NULL,
    `application_id`  INT,
    `account_rule_id` INT,
    `user_rule_id`    INT,
    `fog_uuids`       TEXT,
    `status`          VARCHAR(32) NOT NULL DEFAULT 'pending',
    `leader_uuid`     VARCHAR(36),
    `claimed_at`      DATETIME(3),
    `created_at`      DATETIME(3),
    `updated_at`      DATETIME(3),
    KEY `idx_nats_reconcile_tasks_status_claimed` (`status`, `claimed_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Access control ====

CREATE TABLE `RbacRoles` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`       TEXT NOT NULL,
    `kind`       TEXT,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    UNIQUE KEY (`name`(255)),
    KEY `idx_rbac_roles_name` (`name`(255))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `RbacRoleRules` (
    `id`             INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `role_id`        INT NOT NULL,
    `api_groups`     TEXT NOT NULL,
    `resources`      TEXT NOT NULL,
    `verbs`          TEXT NOT NULL,
    `resource_names` TEXT,
    `created_at`     DATETIME(3),
    `updated_at`     DATETIME(3),
    KEY `idx_rbac_role_rules_role_id` (`role_id`),
    FOREIGN KEY (`role_id`) REFERENCES `RbacRoles` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `RbacRoleBindings` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`       TEXT NOT NULL,
    `kind`       TEXT,
    `role_ref`   TEXT NOT NULL,
    `subjects`   TEXT NOT NULL,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    `role_id`    INT,
    UNIQUE KEY (`name`(255)),
    KEY `idx_rbac_role_bindings_name` (`name`(255)),
    KEY `idx_rbac_role_bindings_role_id` (`role_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `RbacServiceAccounts` (
    `id`                INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`              TEXT NOT NULL,
    `role_ref`          TEXT,
    `role_id`           INT,
    `microservice_uuid` VARCHAR(36),
    `application_id`    INT,
    `created_at`        DATETIME(3),
    `updated_at`        DATETIME(3),
    KEY `idx_rbac_service_accounts_name` (`name`(255)),
    KEY `idx_rbac_service_accounts_role_id` (`role_id`),
    UNIQUE KEY `idx_rbac_service_accounts_microservice_uuid_unique` (`microservice_uuid`),
    UNIQUE KEY `idx_rbac_service_accounts_application_id_name_unique` (`application_id`, `name`(255))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row, made at start; a higher version tells every replica to drop its cached roles.
CREATE TABLE `RbacCacheVersion` (
    `id`         INT NOT NULL PRIMARY KEY DEFAULT 1,
    `version`    INT NOT NULL DEFAULT 1,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Identity ====

CREATE TABLE `AuthUsers` (
    `id`                      VARCHAR(36) NOT NULL PRIMARY KEY,
    `email`                   VARCHAR(255) NOT NULL UNIQUE,
    `password_hash`           TEXT NOT NULL,
    `password_history_hashes` TEXT,
    `must_change_password`    BOOLEAN DEFAULT false,
    `is_bootstrap`            BOOLEAN DEFAULT false,
    `failed_attempts`         INT DEFAULT 0,
    `locked_until`            DATETIME(3),
    `deleted_at`              DATETIME(3),
    `created_at`              DATETIME(3),
    `updated_at`              DATETIME(3),
    KEY `idx_auth_users_email` (`email`),
    KEY `idx_auth_users_deleted_at` (`deleted_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthGroups` (
    `id`           INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name`         VARCHAR(255) NOT NULL UNIQUE,
    `is_system`    BOOLEAN DEFAULT false,
    `mfa_required` BOOLEAN NOT NULL DEFAULT false,
    `created_at`   DATETIME(3),
    `updated_at`   DATETIME(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthUserGroups` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `user_id`    VARCHAR(36) NOT NULL,
    `group_id`   INT NOT NULL,
    `created_at` DATETIME(3),
    UNIQUE KEY (`user_id`, `group_id`),
    KEY `idx_auth_user_groups_user_id` (`user_id`),
    KEY `idx_auth_user_groups_group_id` (`group_id`),
    FOREIGN KEY (`user_id`) REFERENCES `AuthUsers` (`id`) ON DELETE CASCADE,
    FOREIGN KEY (`group_id`) REFERENCES `AuthGroups` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthMfa` (
    `id`                    INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `user_id`               VARCHAR(36) NOT NULL UNIQUE,
    `totp_secret_encrypted` TEXT,
    `enabled`               BOOLEAN DEFAULT false,
    `recovery_codes_hash`   TEXT,
    `created_at`            DATETIME(3),
    `updated_at`            DATETIME(3),
    KEY `idx_auth_mfa_user_id` (`user_id`),
    FOREIGN KEY (`user_id`) REFERENCES `AuthUsers` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthPasswordResetSessions` (
    `id`         VARCHAR(36) NOT NULL PRIMARY KEY,
    `user_id`    VARCHAR(36) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,
    `created_at` DATETIME(3),
    KEY `idx_auth_password_reset_sessions_user_id` (`user_id`),
    KEY `idx_auth_password_reset_sessions_expires_at` (`expires_at`),
    FOREIGN KEY (`user_id`) REFERENCES `AuthUsers` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthRefreshTokens` (
    `id`         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `token_hash` VARCHAR(255) NOT NULL,
    `user_id`    VARCHAR(36) NOT NULL,
    `family_id`  VARCHAR(36) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,
    `revoked`    BOOLEAN DEFAULT false,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    KEY `idx_auth_refresh_tokens_token_hash` (`token_hash`),
    KEY `idx_auth_refresh_tokens_user_id` (`user_id`),
    KEY `idx_auth_refresh_tokens_family_id` (`family_id`),
    KEY `idx_auth_refresh_tokens_expires_at` (`expires_at`),
    FOREIGN KEY (`user_id`) REFERENCES `AuthUsers` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row, see the seed.
CREATE TABLE `AuthPolicy` (
    `id`                        INT NOT NULL PRIMARY KEY,
    `min_password_length`       INT DEFAULT 12,
    `require_uppercase`         BOOLEAN DEFAULT true,
    `require_lowercase`         BOOLEAN DEFAULT true,
    `require_digit`             BOOLEAN DEFAULT true,
    `password_max_age_days`     INT DEFAULT 0,
    `password_history_count`    INT DEFAULT 5,
    `max_failed_attempts`       INT DEFAULT 5,
    `lockout_duration_minutes`  INT DEFAULT 15,
    `access_token_ttl_seconds`  INT DEFAULT 900,
    `refresh_token_ttl_seconds` INT DEFAULT 3600,
    `refresh_rotation`          BOOLEAN DEFAULT true,
    `max_concurrent_sessions`   INT,
    `created_at`                DATETIME(3),
    `updated_at`                DATETIME(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row, see the seed.
CREATE TABLE `AuthBootstrapMeta` (
    `id`                      INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `completed_at`            DATETIME(3),
    `bootstrap_admin_user_id` VARCHAR(36),
    `session_secret_ref`      TEXT,
    `created_at`              DATETIME(3),
    `updated_at`              DATETIME(3),
    FOREIGN KEY (`bootstrap_admin_user_id`) REFERENCES `AuthUsers` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthBffSessions` (
    `sid`        VARCHAR(255) NOT NULL PRIMARY KEY,
    `data`       TEXT NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    KEY `idx_auth_bff_sessions_expires_at` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthInteractionStates` (
    `uid`        VARCHAR(255) NOT NULL PRIMARY KEY,
    `payload`    TEXT NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    KEY `idx_auth_interaction_states_expires_at` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthOidcClients` (
    `id`          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `client_id`   VARCHAR(255) NOT NULL UNIQUE,
    `secret_ref`  TEXT,
    `client_type` VARCHAR(32) NOT NULL DEFAULT 'confidential',
    `created_at`  DATETIME(3),
    `updated_at`  DATETIME(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthOidcKeys` (
    `id`                     INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `kid`                    VARCHAR(255) NOT NULL UNIQUE,
    `key_material_encrypted` TEXT,
    `vault_ref`              TEXT,
    `active`                 BOOLEAN DEFAULT true,
    `created_at`             DATETIME(3),
    `updated_at`             DATETIME(3),
    KEY `idx_auth_oidc_keys_active` (`active`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `AuthOidcProviderStates` (
    `id`          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `model`       VARCHAR(64) NOT NULL,
    `record_id`   VARCHAR(255) NOT NULL,
    `payload`     TEXT NOT NULL,
    `expires_at`  DATETIME(3),
    `grant_id`    VARCHAR(255),
    `uid`         VARCHAR(255),
    `user_code`   VARCHAR(255),
    `consumed`    BOOLEAN DEFAULT false,
    `consumed_at` DATETIME(3),
    `created_at`  DATETIME(3),
    `updated_at`  DATETIME(3),
    UNIQUE KEY (`model`, `record_id`),
    KEY `idx_auth_oidc_provider_states_grant_id` (`grant_id`),
    KEY `idx_auth_oidc_provider_states_uid` (`uid`),
    KEY `idx_auth_oidc_provider_states_user_code` (`user_code`),
    KEY `idx_auth_oidc_provider_states_expires_at` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Audit and replicas ====

CREATE TABLE `Events` (
    `id`             INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `timestamp`      BIGINT NOT NULL,
    `event_type`     VARCHAR(20) NOT NULL,
    `endpoint_type`  VARCHAR(10) NOT NULL,
    `actor_id`       VARCHAR(255),
    `method`         VARCHAR(10),
    `resource_type`  VARCHAR(50),
    `resource_id`    VARCHAR(255),
    `endpoint_path`  TEXT NOT NULL,
    `ip_address`     VARCHAR(45),
    `status`         VARCHAR(20) NOT NULL,
    `status_code`    INT,
    `status_message` TEXT,
    `request_id`     VARCHAR(255),
    `created_at`     DATETIME(3),
    `updated_at`     DATETIME(3),
    KEY `idx_events_timestamp` (`timestamp`),
    KEY `idx_events_endpoint_type` (`endpoint_type`),
    KEY `idx_events_actor_id` (`actor_id`),
    KEY `idx_events_resource_type` (`resource_type`),
    KEY `idx_events_status` (`status`),
    KEY `idx_events_method` (`method`),
    KEY `idx_events_event_type` (`event_type`),
    KEY `idx_events_created_at` (`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ClusterControllers` (
    `uuid`           VARCHAR(36) NOT NULL PRIMARY KEY,
    `host`           VARCHAR(255),
    `process_id`     INT,
    `last_heartbeat` DATETIME(3),
    `is_active`      BOOLEAN DEFAULT true,
    `created_at`     DATETIME(3),
    `updated_at`     DATETIME(3),
    KEY `idx_cluster_controllers_uuid` (`uuid`),
    KEY `idx_cluster_controllers_host` (`host`),
    KEY `idx_cluster_controllers_active` (`is_active`, `last_heartbeat`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Desired and observed platform state, and the work queues that bring them together ====

CREATE TABLE `FogPlatformSpecs` (
    `fog_uuid`   VARCHAR(36) NOT NULL PRIMARY KEY,
    `spec_json`  TEXT NOT NULL,
    `generation` INT NOT NULL DEFAULT 1,
    `created_at` DATETIME(3),
    `updated_at` DATETIME(3),
    FOREIGN KEY (`fog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `FogPlatformStatuses` (
    `fog_uuid`            VARCHAR(36) NOT NULL PRIMARY KEY,
    `observed_generation` INT NOT NULL DEFAULT 0,
    `phase`               VARCHAR(32) NOT NULL DEFAULT 'Pending',
    `last_error`          TEXT,
    `last_transition_at`  DATETIME(3),
    `conditions_json`     TEXT,
    `created_at`          DATETIME(3),
    `updated_at`          DATETIME(3),
    FOREIGN KEY (`fog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `FogPlatformReconcileTasks` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `fog_uuid`        VARCHAR(36) NOT NULL,
    `reason`          VARCHAR(64) NOT NULL,
    `spec_generation` INT,
    `status`          VARCHAR(32) NOT NULL DEFAULT 'pending',
    `leader_uuid`     VARCHAR(36),
    `claimed_at`      DATETIME(3),
    `next_attempt_at` DATETIME(3),
    `attempts`        INT NOT NULL DEFAULT 0,
    `last_error`      TEXT,
    `created_at`      DATETIME(3),
    `updated_at`      DATETIME(3),
    KEY `idx_fog_platform_reconcile_tasks_fog_status` (`fog_uuid`, `status`),
    KEY `idx_fog_platform_reconcile_tasks_status_claimed` (`status`, `claimed_at`),
    KEY `idx_fog_platform_reconcile_tasks_next_attempt` (`next_attempt_at`),
    FOREIGN KEY (`fog_uuid`) REFERENCES `Fogs` (`uuid`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `ServicePlatformReconcileTasks` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `service_name`    TEXT NOT NULL,
    `reason`          VARCHAR(64) NOT NULL,
    `spec_snapshot`   TEXT,
    `status`          VARCHAR(32) NOT NULL DEFAULT 'pending',
    `leader_uuid`     VARCHAR(36),
    `claimed_at`      DATETIME(3),
    `next_attempt_at` DATETIME(3),
    `attempts`        INT NOT NULL DEFAULT 0,
    `last_error`      TEXT,
    `created_at`      DATETIME(3),
    `updated_at`      DATETIME(3),
    KEY `idx_service_platform_reconcile_tasks_name_status` (`service_name`(255), `status`),
    KEY `idx_service_platform_reconcile_tasks_status_claimed` (`status`, `claimed_at`),
    KEY `idx_service_platform_reconcile_tasks_next_attempt` (`next_attempt_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Slow effects, written in the transaction that causes them and carried out afterwards.
CREATE TABLE `ReconcileOutbox` (
    `id`              INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `kind`            VARCHAR(32) NOT NULL,
    `payload`         TEXT NOT NULL,
    `idempotency_key` VARCHAR(255) NOT NULL UNIQUE,
    `created_at`      DATETIME(3),
    `processed_at`    DATETIME(3),
    `last_error`      TEXT,
    KEY `idx_reconcile_outbox_unprocessed` (`processed_at`, `id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ==== Done ====

INSERT INTO `SchemaVersion` (`migration_version`, `created_at`, `updated_at`) VALUES ('3.8.0', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3));
