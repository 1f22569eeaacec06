"""The stock ledger's own guard: append-only rows, a sum per shelf, and no shelf below zero.

The trigger runs with the owner's rights, so the application can never write the sums itself. It checks
again what the services check, because a program error or a hand-written INSERT must not pass either.
"""

from django.db import migrations

from clinic.core.guards import append_only

POST = """
CREATE OR REPLACE FUNCTION inventory_movement_post() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $post$
DECLARE lot record; tracked boolean; original record;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO original FROM inventory_movement WHERE id = NEW.reverses_id;
        IF original.reverses_id IS NOT NULL OR original.quantity <> -NEW.quantity
           OR original.item_id <> NEW.item_id OR original.place_id <> NEW.place_id
           OR original.lot_id IS DISTINCT FROM NEW.lot_id OR original.kind <> NEW.kind THEN
            RAISE EXCEPTION 'not the mirror of its original' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'inventory_movement_mirrors_original';
        END IF;
    END IF;
    SELECT is_lot_tracked INTO tracked FROM inventory_item WHERE id = NEW.item_id;
    IF tracked <> (NEW.lot_id IS NOT NULL) THEN
        RAISE EXCEPTION 'lot missing or too many' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'inventory_movement_lot_as_tracked';
    END IF;
    IF NEW.lot_id IS NOT NULL THEN
        -- Waits for a quarantine that is being written, and makes one that comes now wait for us.
        SELECT * INTO lot FROM inventory_lot WHERE id = NEW.lot_id FOR SHARE;
        IF lot.item_id <> NEW.item_id THEN
            RAISE EXCEPTION 'lot of another item' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'inventory_movement_lot_of_item';
        END IF;
        IF NEW.kind = 'issue' AND NEW.reverses_id IS NULL
           AND (lot.status <> 'usable' OR lot.expires_on < NEW.on_day) THEN
            RAISE EXCEPTION 'lot held or expired' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'inventory_movement_lot_usable';
        END IF;
    END IF;
    UPDATE inventory_stocklevel SET on_hand = on_hand + NEW.quantity
        WHERE item_id = NEW.item_id AND lot_id IS NOT DISTINCT FROM NEW.lot_id AND place_id = NEW.place_id;
    IF NOT FOUND THEN
        IF NEW.quantity < 0 THEN
            RAISE EXCEPTION 'below zero' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'inventory_stocklevel_not_negative';
        END IF;
        INSERT INTO inventory_stocklevel (item_id, lot_id, place_id, on_hand)
            VALUES (NEW.item_id, NEW.lot_id, NEW.place_id, NEW.quantity)
            ON CONFLICT (item_id, lot_id, place_id)
            DO UPDATE SET on_hand = inventory_stocklevel.on_hand + EXCLUDED.on_hand;
    END IF;
    RETURN NEW;
END $post$;
REVOKE ALL ON FUNCTION inventory_movement_post() FROM PUBLIC;
CREATE TRIGGER inventory_movement_post AFTER INSERT ON inventory_movement
    FOR EACH ROW EXECUTE FUNCTION inventory_movement_post();
"""

UNPOST = """
DROP TRIGGER IF EXISTS inventory_movement_post ON inventory_movement;
DROP FUNCTION IF EXISTS inventory_movement_post();
"""

# Depth 1 is a statement on the table itself; the ledger's trigger arrives here at depth 2. The trigger's
# name is what the rights of the application's role are derived from: it keeps no UPDATE and no DELETE.
LEVELS = """
CREATE OR REPLACE FUNCTION inventory_stocklevel_append_only() RETURNS trigger
LANGUAGE plpgsql AS $guard$
BEGIN
    IF pg_trigger_depth() > 1 AND TG_OP <> 'DELETE' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'stock levels are written by the ledger' USING ERRCODE = 'restrict_violation',
        CONSTRAINT = 'inventory_stocklevel_append_only';
END $guard$;
CREATE TRIGGER inventory_stocklevel_append_only BEFORE INSERT OR UPDATE OR DELETE ON inventory_stocklevel
    FOR EACH ROW EXECUTE FUNCTION inventory_stocklevel_append_only();
CREATE TRIGGER inventory_stocklevel_no_truncate BEFORE TRUNCATE ON inventory_stocklevel
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_stocklevel_append_only();
"""

UNLEVELS = """
DROP TRIGGER IF EXISTS inventory_stocklevel_no_truncate ON inventory_stocklevel;
DROP TRIGGER IF EXISTS inventory_stocklevel_append_only ON inventory_stocklevel;
DROP FUNCTION IF EXISTS inventory_stocklevel_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [
        append_only("inventory_movement"),
        migrations.RunSQL(POST, UNPOST),
        migrations.RunSQL(LEVELS, UNLEVELS),
    ]
