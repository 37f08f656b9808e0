package extension

import (
	"fmt"
	"maps"
	"slices"
)

// SetMembers makes the agents the members of a queue, in their order, in place of
// those before. The error is ErrNoAgent, or ErrAgent for one named twice, and then
// nothing has changed.
func (d *Directory) SetMembers(queue string, agents []string) error {
	for i, id := range agents {
		if d.agents[id] == nil {
			return fmt.Errorf("queue %s: %w: %s", queue, ErrNoAgent, id)
		}
		if slices.Contains(agents[:i], id) {
			return fmt.Errorf("queue %s: %w: %s is a member twice", queue, ErrAgent, id)
		}
	}
	for _, id := range d.queues[queue] {
		d.setQueues(id, slices.DeleteFunc(slices.Clone(d.memberOf[id]), func(q string) bool { return q == queue }))
	}
	for _, id := range agents {
		d.setQueues(id, slices.Sorted(slices.Values(append(slices.Clone(d.memberOf[id]), queue))))
	}
	if len(agents) == 0 {
		delete(d.queues, queue)
	} else {
		d.queues[queue] = slices.Clone(agents)
	}
	return nil
}

func (d *Directory) setQueues(id string, queues []string) {
	if d.memberOf[id] = queues; len(queues) == 0 {
		delete(d.memberOf, id)
	}
}

// Join makes the agent the last member of a queue; one who is a member stays where
// it is. The error is ErrNoAgent.
func (d *Directory) Join(queue, agent string) error {
	if slices.Contains(d.queues[queue], agent) {
		return nil
	}
	return d.SetMembers(queue, append(slices.Clone(d.queues[queue]), agent))
}

// Leave ends the agent's membership of a queue, and reports whether there was one.
func (d *Directory) Leave(queue, agent string) bool {
	members := d.queues[queue]
	if !slices.Contains(members, agent) {
		return false
	}
	rest := slices.DeleteFunc(slices.Clone(members), func(id string) bool { return id == agent })
	_ = d.SetMembers(queue, rest) // who was a member is an agent
	return true
}

// Members are the ids of the queue's members, in order. The slice is shared and
// never changes.
func (d *Directory) Members(queue string) []string { return d.queues[queue] }

// QueuesOf are the queues that the agent is a member of, sorted. The slice is
// shared and never changes.
func (d *Directory) QueuesOf(agent string) []string { return d.memberOf[agent] }

// Queues are the queues that have members, sorted.
func (d *Directory) Queues() []string { return slices.Sorted(maps.Keys(d.queues)) }

// Staffed reports whether any member of the queue is at work: there, inside hours,
// and if not free now then soon.
func (d *Directory) Staffed(queue string, q Inquiry) bool {
	return slices.ContainsFunc(d.queues[queue], func(id string) bool { return d.agents[id].agent.AtWork(q) })
}
