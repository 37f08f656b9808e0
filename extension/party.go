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
