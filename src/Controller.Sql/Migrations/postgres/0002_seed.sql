-- The rows every database of ioFog Controller 3.8.0 starts with.

-- Both registries are protected: neither is ever changed or removed.
INSERT INTO "Registries" (id, url, is_public, user_name, password, user_email)
OVERRIDING SYSTEM VALUE
VALUES
    (1, 'docker.io', true, '', '', ''),
    (2, 'from_cache', true, '', '', '');
SELECT setval(pg_get_serial_sequence('"Registries"', 'id'), 2);

INSERT INTO "CatalogItems" (id, name, description, category, config_example, publisher, disk_required, ram_required, picture, is_public, registry_id)
OVERRIDING SYSTEM VALUE
VALUES
    (1, 'Router', 'The built-in router for Edgelet.', 'SYSTEM', NULL, 'Eclipse ioFog', 0, 0, 'none.png', false, 1),
    (2, 'RESTBlue', 'REST API for Bluetooth Low Energy layer.', 'SYSTEM', NULL, 'Eclipse ioFog', 0, 0, 'none.png', true, 1),
    (3, 'HAL', 'REST API for Hardware Abstraction layer.', 'SYSTEM', NULL, 'Eclipse ioFog', 0, 0, 'none.png', true, 1),
    (4, 'Debug', 'The built-in debugger for Edgelet.', 'SYSTEM', NULL, 'Eclipse ioFog', 0, 0, 'none.png', false, 1),
    (5, 'NATs', 'NATs server microservice for Edgelet', 'SYSTEM', NULL, 'Eclipse ioFog', 0, 0, 'none.png', true, 1);
SELECT setval(pg_get_serial_sequence('"CatalogItems"', 'id'), 5);

INSERT INTO "Architectures" (id, name, image, description, network_catalog_item_id, hal_catalog_item_id, bluetooth_catalog_item_id)
VALUES
    (0, 'auto', 'iointegrator0.png', 'Architecture will be selected on provision', 1, 3, 2),
    (1, 'amd64', 'iointegrator1.png', 'Standard x86_64 Linux. Compatible with common Linux distributions such as Ubuntu, Red Hat, and CentOS.', 1, 3, 2),
    (2, 'arm64', 'iointegrator2.png', '64-bit ARM Linux (aarch64). Microservices for this architecture are built for ARM64 systems.', 1, 3, 2),
    (3, 'riscv64', 'iointegrator3.png', 'RISC-V 64-bit Linux. Microservices for this architecture are built for RISC-V systems.', 1, 3, 2),
    (4, 'arm', 'iointegrator4.png', '32-bit ARM Linux. Microservices for this architecture are built for 32-bit ARM systems.', 1, 3, 2);

-- The same image for every architecture but 0, which no image is built for. The router, debugger and NATS images are
-- overwritten from the configuration at every start.
INSERT INTO "CatalogItemImages" (catalog_item_id, arch_id, container_image)
VALUES
    (1, 1, 'ghcr.io/eclipse-iofog/router:latest'),
    (1, 2, 'ghcr.io/eclipse-iofog/router:latest'),
    (1, 3, 'ghcr.io/eclipse-iofog/router:latest'),
    (1, 4, 'ghcr.io/eclipse-iofog/router:latest'),
    (2, 1, 'ghcr.io/eclipse-iofog/restblue:latest'),
    (2, 2, 'ghcr.io/eclipse-iofog/restblue:latest'),
    (2, 3, 'ghcr.io/eclipse-iofog/restblue:latest'),
    (2, 4, 'ghcr.io/eclipse-iofog/restblue:latest'),
    (3, 1, 'ghcr.io/eclipse-iofog/hal:latest'),
    (3, 2, 'ghcr.io/eclipse-iofog/hal:latest'),
    (3, 3, 'ghcr.io/eclipse-iofog/hal:latest'),
    (3, 4, 'ghcr.io/eclipse-iofog/hal:latest'),
    (4, 1, 'ghcr.io/eclipse-iofog/debugger:latest'),
    (4, 2, 'ghcr.io/eclipse-iofog/debugger:latest'),
    (4, 3, 'ghcr.io/eclipse-iofog/debugger:latest'),
    (4, 4, 'ghcr.io/eclipse-iofog/debugger:latest'),
    (5, 1, 'ghcr.io/eclipse-iofog/nats:latest'),
    (5, 2, 'ghcr.io/eclipse-iofog/nats:latest'),
    (5, 3, 'ghcr.io/eclipse-iofog/nats:latest'),
    (5, 4, 'ghcr.io/eclipse-iofog/nats:latest');

INSERT INTO "AuthPolicy"
    (id, min_password_length, require_uppercase, require_lowercase, require_digit,
     password_max_age_days, password_history_count, max_failed_attempts, lockout_duration_minutes,
     access_token_ttl_seconds, refresh_token_ttl_seconds, refresh_rotation, max_concurrent_sessions,
     created_at, updated_at)
VALUES
    (1, 12, true, true, true,
     0, 5, 5, 15,
     900, 3600, true, NULL,
     CURRENT_TIMESTAMP, CURRENT_TIMESTAMP);

INSERT INTO "AuthGroups" (name, is_system, mfa_required, created_at, updated_at)
VALUES
    ('admin', true, false, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP),
    ('sre', true, false, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP),
    ('developer', true, false, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP),
    ('viewer', true, false, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP);

INSERT INTO "AuthBootstrapMeta" (id, completed_at, created_at, updated_at)
OVERRIDING SYSTEM VALUE
VALUES
    (1, NULL, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP);
SELECT setval(pg_get_serial_sequence('"AuthBootstrapMeta"', 'id'), 1);

UPDATE "SchemaVersion" SET seeder_version = '3.8.0', updated_at = CURRENT_TIMESTAMP
WHERE id = (SELECT MAX(id) FROM "SchemaVersion");
