package extension

// Via is the party with only the endpoints that a carrier reaches; nil where it
// reaches none.
func (p *Party) Via(carrier string) *Party {
	all := true
	for _, e := range p.Endpoints {
		all = all && e.Reachable(carrier)
	}
	if all {
		if len(p.Endpoints) == 0 {
			return nil
		}
		return p
	}
	via := *p
	via.Endpoints = nil
	for _, e := range p.Endpoints {
		if e.Reachable(carrier) {
			via.Endpoints = append(via.Endpoints, e)
		}
	}
	if len(via.Endpoints) == 0 {
		return nil
	}
	return &via
}

// Shares reports whether one of the party's endpoints is one of another's: who is rung at
// it is not free for the other.
func (p *Party) Shares(other *Party) bool {
	for _, e := range p.Endpoints {
		for _, o := range other.Endpoints {
			if e.Address == o.Address || e.Place() == o.Place() {
				return true
			}
		}
	}
	return false
}
