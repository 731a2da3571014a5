"""The fixtures of whole-system tests; a module that needs more of its system has a fixture of its own."""

from tests.integration.system import DeliverySystem, System, V2System
from tests.support.scene import fixture_of

system = fixture_of(System)
v2 = fixture_of(V2System)
delivery = fixture_of(DeliverySystem)
