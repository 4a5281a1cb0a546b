"""Spaces and their people

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.foundation.i18n import sort_key

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

#: Checks that know more words from now on: (table, constraint, before, now).
WORDS = (
    (
        "membership", "ck_membership_role",
        "role IN ('learner', 'manager')", "role IN ('learner', 'deputy', 'manager')",
    ),
    (
        "invitation", "ck_invitation_role",
        "role IN ('learner', 'manager', 'trainer', 'coordinator')",
        "role IN ('learner', 'deputy', 'manager', 'trainer', 'coordinator')",
    ),
    (
        "invitation", "ck_invitation_scope",
        "(role IN ('learner', 'manager')) = (space_id IS NOT NULL)",
        "(role IN ('learner', 'deputy', 'manager')) = (space_id IS NOT NULL)",
    ),
    (
        "certificate", "ck_certificate_revoked_for",
        "revoked_for IN ('replaced', 'withdrawn')", "revoked_for IN ('replaced', 'withdrawn', 'renewed')",
    ),
)  # fmt: skip


def _say(now: bool) -> None:
    for table, name, old, new in WORDS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(name), type_="check")
            batch_op.create_check_constraint(op.f(name), new if now else old)


def _fill() -> None:
    """What rows of before have to say in the new columns: a name as lists sort it, and when somebody finished their first
    step of a course.
    """
    bind = op.get_bind()
    people = bind.execute(sa.text("SELECT id, name FROM person")).all()
    if people:
        bind.execute(
            sa.text("UPDATE person SET sort = :sort WHERE id = :id"),
            [{"id": row.id, "sort": sort_key(row.name)} for row in people],
        )
    bind.execute(
        sa.text(
            "UPDATE enrolment SET begun_at = (SELECT min(done_at) FROM completion "
            "WHERE completion.person_id = enrolment.person_id AND completion.course_id = enrolment.course_id)"
        )
    )


def _forget() -> None:
    """What the tables of before have no word for: a deputy is a learner there, an invitation to deputise is none, and a
    certificate that was renewed was replaced.
    """
    op.execute("UPDATE membership SET role = 'learner' WHERE role = 'deputy'")
    op.execute("DELETE FROM invitation WHERE role = 'deputy'")
    op.execute("UPDATE certificate SET revoked_for = 'replaced' WHERE revoked_for = 'renewed'")


def upgrade() -> None:
    op.create_table('no_reminders',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_no_reminders_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_no_reminders'))
    )
    op.create_table('review_mail',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_review_mail_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_review_mail'))
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.String(length=22), nullable=True),
    sa.Column('operator', sa.Boolean(), nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=True),
    sa.Column('person_id', sa.String(length=22), nullable=True),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('before', sa.String(length=500), nullable=False),
    sa.Column('after', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_audit_entry_actor_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_audit_entry_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_audit_entry_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index('ix_audit_entry_at', ['at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_audit_entry_space_id', ['space_id', 'at', 'id'], unique=False)

    op.create_table('learning_path',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('made_by', sa.String(length=22), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('put_away_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_learning_path_made_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_learning_path_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learning_path'))
    )
    with op.batch_alter_table('learning_path', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learning_path_space_id'), ['space_id'], unique=False)

    op.create_table('reminder',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=False),
    sa.Column('reminded_by', sa.String(length=22), nullable=True),
    sa.Column('sentence', sa.String(length=300), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_reminder_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reminder_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reminded_by'], ['person.id'], name=op.f('fk_reminder_reminded_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_reminder_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('person_id', 'course_id', 'day', name=op.f('uq_reminder_person_id_course_id_day'))
    )
    op.create_table('roster_import',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=False),
    sa.Column('brought_by', sa.String(length=22), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('encoding', sa.String(length=20), nullable=False),
    sa.Column('separator', sa.String(length=20), nullable=False),
    sa.Column('state', sa.Enum('read', 'waiting', 'done', 'refused', 'undone', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['brought_by'], ['person.id'], name=op.f('fk_roster_import_brought_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_roster_import_course_id_course')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_roster_import_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_import'))
    )
    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roster_import_brought_by'), ['brought_by'], unique=False)
        batch_op.create_index('ix_roster_import_space', ['space_id', 'made_at'], unique=False)

    op.create_table('screen_code',
    sa.Column('space_id', sa.String(length=64), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('made_by', sa.String(length=22), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_screen_code_made_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_screen_code_space_id_space')),
    sa.PrimaryKeyConstraint('space_id', name=op.f('pk_screen_code')),
    sa.UniqueConstraint('code', name=op.f('uq_screen_code_code'))
    )
    op.create_table('team_report',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=False),
    sa.Column('rhythm', sa.Enum('off', 'weekly', 'monthly', name='rhythm', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('told_until', sa.Date(), nullable=False),
    sa.Column('unread', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('unread >= 0', name=op.f('ck_team_report_unread')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_team_report_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_team_report_space_id_space')),
    sa.PrimaryKeyConstraint('person_id', 'space_id', name=op.f('pk_team_report'))
    )
    op.create_table('transfer',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=False),
    sa.Column('asked_by', sa.String(length=22), nullable=True),
    sa.Column('state', sa.Enum('asked', 'moved', 'both', 'declined', 'withdrawn', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_transfer_asked_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_transfer_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_transfer_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer')),
    sa.UniqueConstraint('person_id', 'space_id', name=op.f('uq_transfer_person_id_space_id'))
    )
    with op.batch_alter_table('transfer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transfer_space_id'), ['space_id'], unique=False)

    op.create_table('assignment',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=True),
    sa.Column('territory_id', sa.String(length=64), nullable=True),
    sa.Column('who', sa.Enum('all', 'learners', 'managers', 'people', name='who', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('path_id', sa.String(length=22), nullable=True),
    sa.Column('due', sa.Enum('none', 'day', 'after', name='due', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('due_days', sa.SmallInteger(), nullable=True),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.Column('made_by', sa.String(length=22), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('valid_months', sa.SmallInteger(), nullable=True),
    sa.Column('renew_days', sa.SmallInteger(), server_default='60', nullable=False),
    sa.Column('renew_by', sa.Enum('same', 'closing', 'course', name='renew_by', native_enum=False, create_constraint=True), nullable=True),
    sa.Column('renew_course_id', sa.String(length=64), nullable=True),
    sa.CheckConstraint("(due = 'after') = (due_days IS NOT NULL)", name=op.f('ck_assignment_due_days')),
    sa.CheckConstraint("(due = 'day') = (due_on IS NOT NULL)", name=op.f('ck_assignment_due_on')),
    sa.CheckConstraint("(renew_by = 'course') = (renew_course_id IS NOT NULL)", name=op.f('ck_assignment_renew_course')),
    sa.CheckConstraint('(valid_months IS NULL) = (renew_by IS NULL)', name=op.f('ck_assignment_renewed')),
    sa.CheckConstraint('space_id IS NULL OR territory_id IS NULL', name=op.f('ck_assignment_place')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_assignment_made_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['path_id'], ['learning_path.id'], name=op.f('fk_assignment_path_id_learning_path')),
    sa.ForeignKeyConstraint(['renew_course_id'], ['course.id'], name=op.f('fk_assignment_renew_course_id_course')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_assignment_space_id_space')),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_assignment_territory_id_territory')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment'))
    )
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_made_by'), ['made_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_space_id'), ['space_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_territory_id'), ['territory_id'], unique=False)

    op.create_table('path_course',
    sa.Column('path_id', sa.String(length=22), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_path_course_course_id_course')),
    sa.ForeignKeyConstraint(['path_id'], ['learning_path.id'], name=op.f('fk_path_course_path_id_learning_path'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('path_id', 'position', name=op.f('pk_path_course')),
    sa.UniqueConstraint('path_id', 'course_id', name=op.f('uq_path_course_path_id_course_id'))
    )
    op.create_table('roster_file',
    sa.Column('import_id', sa.String(length=22), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['roster_import.id'], name=op.f('fk_roster_file_import_id_roster_import'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', name=op.f('pk_roster_file'))
    )
    op.create_table('roster_row',
    sa.Column('import_id', sa.String(length=22), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('email', sa.String(length=300), nullable=False),
    sa.Column('outcome', sa.Enum('new', 'present', 'elsewhere', 'invalid', name='outcome', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=True),
    sa.Column('made', sa.Boolean(), nullable=False),
    sa.Column('invitation_id', sa.String(length=22), nullable=False),
    sa.Column('enrolled', sa.Boolean(), nullable=False),
    sa.Column('redated', sa.Boolean(), nullable=False),
    sa.Column('due_before', sa.Date(), nullable=True),
    sa.Column('kept', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['roster_import.id'], name=op.f('fk_roster_row_import_id_roster_import'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_roster_row_person_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_roster_row'))
    )
    with op.batch_alter_table('roster_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roster_row_person_id'), ['person_id'], unique=False)

    op.create_table('assignment_course',
    sa.Column('assignment_id', sa.String(length=22), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_assignment_course_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_assignment_course_course_id_course')),
    sa.PrimaryKeyConstraint('assignment_id', 'position', name=op.f('pk_assignment_course')),
    sa.UniqueConstraint('assignment_id', 'course_id', name=op.f('uq_assignment_course_assignment_id_course_id'))
    )
    with op.batch_alter_table('assignment_course', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_course_course_id'), ['course_id'], unique=False)

    op.create_table('assignment_exception',
    sa.Column('assignment_id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('excused', sa.Boolean(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('made_by', sa.String(length=22), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('excused OR due_on IS NOT NULL', name=op.f('ck_assignment_exception_something')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_assignment_exception_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_assignment_exception_made_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_assignment_exception_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('assignment_id', 'person_id', name=op.f('pk_assignment_exception'))
    )
    with op.batch_alter_table('assignment_exception', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_exception_person_id'), ['person_id'], unique=False)

    op.create_table('assignment_person',
    sa.Column('assignment_id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_assignment_person_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_assignment_person_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('assignment_id', 'person_id', name=op.f('pk_assignment_person'))
    )
    with op.batch_alter_table('assignment_person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_person_person_id'), ['person_id'], unique=False)

    op.create_table('renewal',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('round', sa.SmallInteger(), nullable=False),
    sa.Column('assignment_id', sa.String(length=22), nullable=False),
    sa.Column('months', sa.SmallInteger(), nullable=False),
    sa.Column('days', sa.SmallInteger(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('renew_by', sa.Enum('same', 'closing', 'course', name='renew_by', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('quiz_course_id', sa.String(length=64), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('done_at IS NULL OR opened_at IS NOT NULL', name=op.f('ck_renewal_done')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_renewal_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_renewal_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_renewal_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['quiz_course_id'], ['course.id'], name=op.f('fk_renewal_quiz_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_renewal')),
    sa.UniqueConstraint('person_id', 'course_id', 'round', name=op.f('uq_renewal_person_id_course_id_round'))
    )
    with op.batch_alter_table('renewal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_renewal_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_renewal_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_renewal_opens_on'), ['opens_on'], unique=False)

    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.add_column(sa.Column('source', sa.Enum('open', 'screen', name='source', native_enum=False, create_constraint=False), server_default='open', nullable=False))
        batch_op.create_check_constraint(op.f('ck_application_source'), "source IN ('open', 'screen')")
        batch_op.add_column(sa.Column('why', sa.String(length=300), server_default='', nullable=False))

    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ends_on', sa.Date(), nullable=True))

    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('outline', sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f('ix_enrolment_course_id'))
        batch_op.create_index('ix_enrolment_course', ['course_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_enrolment_done', ['finished_at', 'id'], unique=False, sqlite_where=sa.text("state = 'finished'"), postgresql_where=sa.text("state = 'finished'"))
        batch_op.create_index('ix_enrolment_due', ['due_on', 'id'], unique=False, sqlite_where=sa.text("state = 'active' AND due_on IS NOT NULL"), postgresql_where=sa.text("state = 'active' AND due_on IS NOT NULL"))
        batch_op.create_index(batch_op.f('ix_enrolment_enrolled_by'), ['enrolled_by'], unique=False)
        batch_op.create_index('ix_enrolment_idle', ['created_at', 'id'], unique=False, sqlite_where=sa.text("state = 'active' AND begun_at IS NULL"), postgresql_where=sa.text("state = 'active' AND begun_at IS NULL"))

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('code_digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('code_tries', sa.SmallInteger(), server_default='0', nullable=False))
        batch_op.create_index(batch_op.f('ix_invitation_invited_by'), ['invited_by'], unique=False)

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seen', sa.Enum('no', 'network', 'public', name='seen', native_enum=False, create_constraint=False), server_default='no', nullable=False))
        batch_op.create_check_constraint(op.f('ck_membership_seen'), "seen IN ('no', 'network', 'public')")

    with op.batch_alter_table('network', schema=None) as batch_op:
        batch_op.add_column(sa.Column('directory', sa.Enum('members', 'public', name='directory', native_enum=False, create_constraint=False), server_default='members', nullable=False))
        batch_op.create_check_constraint(op.f('ck_network_directory'), "directory IN ('members', 'public')")
        batch_op.add_column(sa.Column('sender_name', sa.String(length=100), server_default='', nullable=False))
        batch_op.add_column(sa.Column('sender_address', sa.String(length=254), server_default='', nullable=False))

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sort', sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql'), server_default='', nullable=False))
        batch_op.create_index('ix_person_sort', ['sort', 'id'], unique=False)

    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.add_column(sa.Column('after', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('code_digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('code_tries', sa.SmallInteger(), server_default='0', nullable=False))

    with op.batch_alter_table('space', schema=None) as batch_op:
        batch_op.add_column(sa.Column('languages', sa.String(length=60), server_default='', nullable=False))
        batch_op.add_column(sa.Column('theme', sa.String(length=20), server_default='', nullable=False))
        batch_op.add_column(sa.Column('good_at', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('about', sa.String(length=800), server_default='', nullable=False))
        batch_op.add_column(sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True))
    _say(now=True)
    _fill()


def downgrade() -> None:
    _forget()
    _say(now=False)
    with op.batch_alter_table('space', schema=None) as batch_op:
        batch_op.drop_column('archived_at')
        batch_op.drop_column('about')
        batch_op.drop_column('good_at')
        batch_op.drop_column('theme')
        batch_op.drop_column('languages')

    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.drop_column('code_tries')
        batch_op.drop_column('code_digest')
        batch_op.drop_column('after')

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index('ix_person_sort')
        batch_op.drop_column('sort')

    with op.batch_alter_table('network', schema=None) as batch_op:
        batch_op.drop_column('sender_address')
        batch_op.drop_column('sender_name')
        batch_op.drop_constraint(op.f('ck_network_directory'), type_='check')
        batch_op.drop_column('directory')

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_membership_seen'), type_='check')
        batch_op.drop_column('seen')

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_invited_by'))
        batch_op.drop_column('code_tries')
        batch_op.drop_column('code_digest')
        batch_op.drop_column('withdrawn_at')

    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_index('ix_enrolment_idle', sqlite_where=sa.text("state = 'active' AND begun_at IS NULL"), postgresql_where=sa.text("state = 'active' AND begun_at IS NULL"))
        batch_op.drop_index(batch_op.f('ix_enrolment_enrolled_by'))
        batch_op.drop_index('ix_enrolment_due', sqlite_where=sa.text("state = 'active' AND due_on IS NOT NULL"), postgresql_where=sa.text("state = 'active' AND due_on IS NOT NULL"))
        batch_op.drop_index('ix_enrolment_done', sqlite_where=sa.text("state = 'finished'"), postgresql_where=sa.text("state = 'finished'"))
        batch_op.drop_index('ix_enrolment_course')
        batch_op.create_index(batch_op.f('ix_enrolment_course_id'), ['course_id'], unique=False)
        batch_op.drop_column('begun_at')

    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.drop_column('outline')

    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_column('ends_on')

    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.drop_column('why')
        batch_op.drop_constraint(op.f('ck_application_source'), type_='check')
        batch_op.drop_column('source')

    with op.batch_alter_table('renewal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_renewal_opens_on'))
        batch_op.drop_index(batch_op.f('ix_renewal_course_id'))
        batch_op.drop_index(batch_op.f('ix_renewal_assignment_id'))

    op.drop_table('renewal')
    with op.batch_alter_table('assignment_person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignment_person_person_id'))

    op.drop_table('assignment_person')
    with op.batch_alter_table('assignment_exception', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignment_exception_person_id'))

    op.drop_table('assignment_exception')
    with op.batch_alter_table('assignment_course', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignment_course_course_id'))

    op.drop_table('assignment_course')
    with op.batch_alter_table('roster_row', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_roster_row_person_id'))

    op.drop_table('roster_row')
    op.drop_table('roster_file')
    op.drop_table('path_course')
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignment_territory_id'))
        batch_op.drop_index(batch_op.f('ix_assignment_space_id'))
        batch_op.drop_index(batch_op.f('ix_assignment_made_by'))

    op.drop_table('assignment')
    with op.batch_alter_table('transfer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transfer_space_id'))

    op.drop_table('transfer')
    op.drop_table('team_report')
    op.drop_table('screen_code')
    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.drop_index('ix_roster_import_space')
        batch_op.drop_index(batch_op.f('ix_roster_import_brought_by'))

    op.drop_table('roster_import')
    op.drop_table('reminder')
    with op.batch_alter_table('learning_path', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_learning_path_space_id'))

    op.drop_table('learning_path')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_space_id')
        batch_op.drop_index(batch_op.f('ix_audit_entry_person_id'))
        batch_op.drop_index('ix_audit_entry_at')
        batch_op.drop_index(batch_op.f('ix_audit_entry_actor_id'))

    op.drop_table('audit_entry')
    op.drop_table('review_mail')
    op.drop_table('no_reminders')
