-- What this controller keeps beside the second factors of 3.8.0.

-- The 30-second step (counted from 1970) of the newest code that was accepted: none of it or of an earlier one is taken again.
ALTER TABLE `AuthMfa` ADD COLUMN `last_totp_step` BIGINT;

-- Wrong codes since the last right one, and until when none is taken.
ALTER TABLE `AuthMfa` ADD COLUMN `failed_codes` INT DEFAULT 0;
ALTER TABLE `AuthMfa` ADD COLUMN `codes_locked_until` DATETIME(3);
