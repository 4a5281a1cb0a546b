"""Topics and openings

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def _fill() -> None:
    """A list that waits has written nothing yet: what stood there was how many rows had been looked at. And for a day the
    questions of a list that is done can be taken back with it: they were found by their moment, now each stands with its row.
    """
    op.execute("UPDATE roster_import SET progress = 0 WHERE state = 'waiting'")
    op.execute(
        "UPDATE roster_row SET transfer_id = COALESCE((SELECT transfer.id FROM transfer "
        "JOIN roster_import ON roster_import.space_id = transfer.space_id "
        "WHERE roster_import.id = roster_row.import_id AND roster_import.state = 'done' "
        "AND transfer.person_id = roster_row.person_id AND transfer.state = 'asked' "
        "AND transfer.asked_at >= roster_import.done_at), '') WHERE outcome = 'elsewhere'"
    )


def upgrade() -> None:
    op.create_table('announced_course',
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('course_id', name=op.f('pk_announced_course'))
    )
    op.create_table('opening_wish',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_opening_wish_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_wish')),
    sa.UniqueConstraint('person_id', 'course_id', name=op.f('uq_opening_wish_person_id_course_id'))
    )
    with op.batch_alter_table('opening_wish', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opening_wish_course_id'), ['course_id'], unique=False)

    op.create_table('topic',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('folded', sa.String(length=200), nullable=False),
    sa.Column('lang', sa.Enum('fr', 'es', 'ca', 'en', name='lang', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_topic_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic')),
    sa.UniqueConstraint('person_id', 'folded', name=op.f('uq_topic_person_id_folded'))
    )
    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_topic_folded'), ['folded'], unique=False)
        batch_op.create_index(batch_op.f('ix_topic_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.add_column(sa.Column('back_since', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('roster_row', schema=None) as batch_op:
        batch_op.add_column(sa.Column('transfer_id', sa.String(length=22), server_default='', nullable=False))
        batch_op.add_column(sa.Column('answered', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('back', sa.Boolean(), server_default=sa.false(), nullable=False))

    _fill()


def downgrade() -> None:
    with op.batch_alter_table('roster_row', schema=None) as batch_op:
        batch_op.drop_column('back')
        batch_op.drop_column('answered')
        batch_op.drop_column('transfer_id')

    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.drop_column('back_since')

    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_topic_person_id'))
        batch_op.drop_index(batch_op.f('ix_topic_folded'))

    op.drop_table('topic')
    with op.batch_alter_table('opening_wish', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_opening_wish_course_id'))

    op.drop_table('opening_wish')
    op.drop_table('announced_course')
